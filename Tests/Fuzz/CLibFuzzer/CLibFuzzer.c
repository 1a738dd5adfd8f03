#include "CLibFuzzer.h"
// libFuzzer is linked by -sanitize=fuzzer.
