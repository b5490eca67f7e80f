"""Zachetka grades notebooks of deep-learning courses from outside their sandbox."""
