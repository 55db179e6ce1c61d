"""`python -m primir` is the command `primir`."""

from .cli import main

if __name__ == "__main__":
    main()
