"""The way back: grades and feedback in the forms that other systems read."""
