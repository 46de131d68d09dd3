"""What an application is: its nouns, how they are found, and who else manages them."""
