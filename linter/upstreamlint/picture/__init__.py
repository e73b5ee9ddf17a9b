"""The wiring as a picture: hosts on the left, what runs on the right, what is broken first."""
