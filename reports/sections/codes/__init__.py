"""The codes of the variants as clouds of dots, and the image behind each dot."""
