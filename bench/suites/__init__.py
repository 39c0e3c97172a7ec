"""What each mode of ``python -m bench`` measures, and the promises it checks."""
