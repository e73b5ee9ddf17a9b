"""`python -m upstreamlint`."""

from upstreamlint.cli import main

if __name__ == "__main__":
    main()
