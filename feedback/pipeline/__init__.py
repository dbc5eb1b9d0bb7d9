"""intake → parse → split → analyse → summarise → deliver: each stage a job row, each step safe to repeat.

A stage works outside any transaction and may take minutes; what it found is recorded in the
transaction of the guarded UPDATE that ends its job, together with the jobs that follow.
"""
