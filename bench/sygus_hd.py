"""Hacker's Delight as SyGuS files: with the operations of the listing (d0), the usual ones (d1), the full grammar (d5).

    python -m bench.sygus_hd [--time SECONDS] [--peers] [--sample N] [--seed S] [--set FOLDER] [--cases DIR] [NAME ...]

The files are in sygus/hackers_delight of ../shared/bench or of $PRIMIR_CASES; --set takes another folder there, such as
dryad_hd_v2. See bench/sygus.py for what is measured.
"""

from __future__ import annotations

import click

from bench.sygus import CASES, cases_in, compare


@click.command()
@click.argument("names", nargs=-1)
@click.option("--time", "seconds", default=60.0, show_default=True, help="The limit for each file, in seconds.")
@click.option("--peers", is_flag=True, help="cvc5 too, within the same limit.")
@click.option("--set", "folder", default="hackers_delight", show_default=True, help="The folder in sygus/.")
@click.option("--sample", type=click.IntRange(min=1), help="So many files, chosen at random.")
@click.option("--seed", default=0, show_default=True, help="Chooses the files.")
@click.option("--cases", default=str(CASES), show_default=True, help="The folder of the public cases.")
def main(names: tuple[str, ...], seconds: float, peers: bool, folder: str, sample: int | None, seed: int,
         cases: str) -> None:
    """Solves the files (or those whose name contains one of NAMES) and prints the table."""
    compare(cases_in(folder, cases, names, sample, seed), seconds, peers)


if __name__ == "__main__":
    main()
