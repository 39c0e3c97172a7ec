"""Who somebody is and what is theirs: principals, access, accounts, tokens, sessions, the plan."""
