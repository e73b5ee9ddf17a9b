"""`python -m upstreamlint`."""

from upstreamlint.start import main

if __name__ == "__main__":
    main()
