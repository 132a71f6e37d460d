"""Accounts for those who keep things: a code by e-mail or a passkey, never a password."""
