"""The corpus: public documents that our reading is measured on, against the programs that everybody uses."""
