"""Deezer's carousel as an environment (Bendada, Salha and Bontempelli, RecSys 2020), and policies for it."""
