"""Programming by examples as SyGuS files: 64-bit words, 10 to 1000 examples, functions of the file as operations.

    python -m bench.sygus_pbe [--time SECONDS] [--peers] [--sample N] [--seed S] [--cases FOLDER] [NAME ...]

The files are in sygus/pbe_bv of ../shared/bench or of $PRIMIR_CASES. See bench/sygus.py for what is measured.
"""

from __future__ import annotations

import click

from bench.sygus import CASES, cases_in, compare


@click.command()
@click.argument("names", nargs=-1)
@click.option("--time", "seconds", default=20.0, show_default=True, help="The limit for each file, in seconds.")
@click.option("--peers", is_flag=True, help="cvc5 too, within the same limit.")
@click.option("--sample", type=click.IntRange(min=1), help="So many files, chosen at random.")
@click.option("--seed", default=0, show_default=True, help="Chooses the files.")
@click.option("--cases", default=str(CASES), show_default=True, help="The folder of the public cases.")
def main(names: tuple[str, ...], seconds: float, peers: bool, sample: int | None, seed: int, cases: str) -> None:
    """Solves the files (or those whose name contains one of NAMES) and prints the table."""
    compare(cases_in("pbe_bv", cases, names, sample, seed), seconds, peers)


if __name__ == "__main__":
    main()
