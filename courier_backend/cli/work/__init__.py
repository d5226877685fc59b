"""What a person does with a job: run, wait, read along, try again, cancel, plan."""
