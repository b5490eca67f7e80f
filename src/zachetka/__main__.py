"""`python -m zachetka` is the command `zachetka`."""

from zachetka.cli import main

if __name__ == "__main__":
    main()
