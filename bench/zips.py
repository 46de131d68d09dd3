"""`make bench`: packaging ``list_dragons`` with dragonctl, with pip and zip, with ``sam build``.

Three runs of each tool: **cold** (every cache empty), **changed** (one line of the handler differs,
caches warm), **unchanged**. Then the size of the zip, and how long its handler's module takes to
import from an unpacked zip without byte code being written, as on Lambda. What counts is the ratio
within one run: machines and networks differ, and nothing here is asserted. ``sam`` is measured
where it is on the path.
"""

from __future__ import annotations

import compileall
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dragonctl.sample import sample_folder

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
FUNCTION = "list_dragons"
# What is packed beside the handler, with every tool: as the course has it, who installs the SDK.
REQUIREMENTS = "aws-xray-sdk==2.15.0\nwrapt==2.5.2\n"
IMPORT = """
import sys, time
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
start = time.perf_counter()
import list_dragons
print(time.perf_counter() - start)
"""
RUNS = ("cold", "changed", "unchanged")
Tool = Callable[[Path, Path], Path]


@dataclass
class Result:
    """Seconds by run, the zip's bytes, the import's seconds."""

    seconds: dict[str, float]
    size: int
    importing: float


def main() -> None:
    """Measure and print the table."""
    tools: dict[str, Tool] = {"dragonctl": with_dragonctl, "pip and zip": with_pip}
    if shutil.which("sam"):
        tools["sam build"] = with_sam
    results = {name: measured(tool) for name, tool in tools.items()}
    base = results["pip and zip"]
    columns = [*(f"{run} s" for run in RUNS), "zip MB", "import s"]
    print(f"{'':<14}" + "".join(f"{column:>20}" for column in columns))
    for name, result in results.items():
        print(f"{name:<14}" + "".join(f"{cell:>20}" for cell in cells(result, base)))
    print("(x: of pip and zip; aims: cold 0.30, unchanged 0.10, zip 0.03)")
    print_bytecode(results["dragonctl"])


def cells(result: Result, base: Result) -> list[str]:
    """One row: each figure, and what part of pip's it is."""
    pairs = [(result.seconds[run], base.seconds[run]) for run in RUNS]
    pairs.append((result.size / 1e6, base.size / 1e6))
    pairs.append((result.importing, base.importing))
    return [f"{mine:.3f} ({mine / theirs:.3f} x)" for mine, theirs in pairs]


def measured(tool: Tool) -> Result:
    """Run one tool three times on a copy of the function, then import from its zip."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        source = copy_of_the_function(work)
        seconds = {}
        for run in RUNS:
            if run == "changed":
                handler = source / f"{FUNCTION}.py"
                handler.write_text(handler.read_text() + "CHANGED = True\n")
            start = time.perf_counter()
            made = tool(source, work)
            seconds[run] = time.perf_counter() - start
        return Result(seconds, made.stat().st_size, import_time(made, work))


def copy_of_the_function(folder: Path) -> Path:
    """The sample's function in a folder of its name in ``folder``, with the SDK it needs."""
    source = folder / FUNCTION
    shutil.copytree(sample_folder() / "lambdas" / FUNCTION, source)
    (source / "requirements.txt").write_text(REQUIREMENTS)
    return source


def with_dragonctl(source: Path, work: Path) -> Path:
    """A fresh interpreter each time, uv's cache and the build cache in ``work``."""
    command = [sys.executable, "-m", "bench.build_zip", source, work / "cache", PYTHON]
    own = {"UV_CACHE_DIR": str(work / "uv"), "PYTHONPATH": str(sample_folder())}
    return Path(run(command, work, **own).strip())


def with_pip(source: Path, work: Path) -> Path:
    """What the course does: install beside a copy of the handler, zip the lot."""
    folder = work / "package"
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder]
    command += ["-r", source / "requirements.txt"]
    run(command, work, PIP_CACHE_DIR=str(work / "pip"))
    shutil.copytree(source, folder, dirs_exist_ok=True)
    made = work / "package.zip"
    made.unlink(missing_ok=True)
    zip_folder(folder, made)
    return made


def with_sam(source: Path, work: Path) -> Path:
    """``sam build`` of a template with this one function, then the zip that deploying makes."""
    properties = {
        "CodeUri": source.name,
        "Handler": f"{FUNCTION}.handler",
        "Runtime": f"python{PYTHON}",
    }
    function = {"Type": "AWS::Serverless::Function", "Properties": properties}
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"ListDragons": function},
    }
    (work / "template.json").write_text(json.dumps(template))
    command = ["sam", "build", "--cached", "--template", "template.json"]
    run(command, work, PIP_CACHE_DIR=str(work / "pip"), SAM_CLI_TELEMETRY="0")
    made = work / "sam.zip"
    made.unlink(missing_ok=True)
    zip_folder(work / ".aws-sam" / "build" / "ListDragons", made)
    return made


def zip_folder(folder: Path, made: Path) -> None:
    """``zip -r9`` where it is installed, else the same in Python."""
    if shutil.which("zip"):
        run(["zip", "-q", "-r9", made, "."], folder)
        return
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in folder.rglob("*"):
            archive.write(path, path.relative_to(folder))


def import_time(made: Path, work: Path) -> float:
    """The median of five imports of the handler's module from the unpacked zip."""
    folder = work / "unpacked"
    with zipfile.ZipFile(made) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, folder))
            stamp = time.mktime((*entry.date_time, 0, 0, -1))
            os.utime(path, (stamp, stamp))
    return imported(folder, work)


def imported(folder: Path, work: Path) -> float:
    """Seconds, the median of five; the runtime's own packages are this environment's."""
    command = [sys.executable, "-c", IMPORT, folder]
    return statistics.median(
        float(run(command, work, AWS_DEFAULT_REGION="eu-west-1")) for _ in range(5)
    )


def print_bytecode(result: Result) -> None:
    """What valid byte code would save at a cold start, were it in the zip."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        source = copy_of_the_function(work)
        made = with_dragonctl(source, work)
        folder = work / "compiled"
        with zipfile.ZipFile(made) as archive:
            archive.extractall(folder)
        compileall.compile_dir(folder, quiet=2)
        seconds = imported(folder, work)
        print(f"import with byte code: {seconds:.3f} s; without: {result.importing:.3f} s")


def run(command: list[str | Path], folder: Path, **environment: str) -> str:
    """Run a command to its end; its output. A failure ends the bench with what it said."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr or done.stdout}")
    return done.stdout


if __name__ == "__main__":
    main()
