"""What an application is: an API, its stages, and the functions and machines behind them."""
