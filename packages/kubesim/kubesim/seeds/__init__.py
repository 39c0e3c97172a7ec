"""Sample clusters as data: the format of a seed, the files, and OpenYurt's CustomResourceDefinitions."""
