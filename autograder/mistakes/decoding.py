"""Unit 12: known answers. Wrong ones carry the sentence that helps; right ones must get full marks."""
