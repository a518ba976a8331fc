"""What belongs to this guide alone: its indexes, its pages made from data, its site."""
