variable "name" {
  description = "Name of the table."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.name))
    error_message = "name is 3 to 255 letters, digits, '_', '.' and '-'; example: greenlight-test-journal."
  }
}

variable "indexes" {
  description = "Global secondary indexes by name, with their keys. All attributes are projected."
  type = map(object({
    hash_key  = string
    range_key = string
  }))
  default = {}
}

variable "ttl_attribute" {
  description = "Attribute with the second after which an item goes. Null: items stay."
  type        = string
  default     = null
}

variable "capacity" {
  description = "Provisioned capacity that is scaled between its limits. Null: on demand."
  type = object({
    read_min       = number
    read_max       = number
    write_min      = number
    write_max      = number
    target_percent = optional(number, 70)
  })
  default = null

  validation {
    condition     = var.capacity == null || try(var.capacity.read_min >= 1 && var.capacity.write_min >= 1 && var.capacity.read_max >= var.capacity.read_min && var.capacity.write_max >= var.capacity.write_min, false)
    error_message = "capacity's minima are at least 1 and not above its maxima."
  }
  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html (2026-11)
  validation {
    condition     = var.capacity == null || try(var.capacity.target_percent >= 20 && var.capacity.target_percent <= 90, false)
    error_message = "capacity.target_percent is 20 to 90."
  }
}

variable "replica_regions" {
  description = "Further regions with a copy of the table."
  type        = set(string)
  default     = []
}

variable "kms_key_arn" {
  description = "Key of the items."
  type        = string
}

variable "protect" {
  description = "Whether the table refuses to be deleted."
  type        = bool
}

variable "alarm_topic_arns" {
  description = "Who is told."
  type        = list(string)
  default     = []
}
