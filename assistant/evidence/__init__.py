"""Where vetted words come from: the corpus, its approvals, family wording, embeddings, the index."""
