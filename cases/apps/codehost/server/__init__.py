"""The local server behind the `codehost` SDK: the sandbox, with a code host in it."""
