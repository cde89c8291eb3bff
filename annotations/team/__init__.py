"""Who works on a study: members, parts, training, and what each of them may see."""
