variable "project" {
  description = "Name of the project."
  type        = string
}

variable "environment" {
  description = "Environment of the roots: shared, test or prod."
  type        = string
}

variable "roots" {
  description = "Roots whose outputs are wanted."
  type        = set(string)
}
