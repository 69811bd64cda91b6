"""Pure JSON Patch arithmetic on plain documents. No I/O, no Pulumi, no pydantic, no knowledge of DRP."""
