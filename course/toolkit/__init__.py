"""What lessons and exercises import: figures now; corpus, tokenizer and widgets with later units."""
