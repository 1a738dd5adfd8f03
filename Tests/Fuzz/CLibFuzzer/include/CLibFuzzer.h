// libFuzzer's entry for a program with a main of its own, which no header of Swift's toolchain declares.
#pragma once
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*run)(const uint8_t *bytes, size_t count));
