/* The counter's own test: makes as many allocations of each kind as it is told, and says nothing. */
#include <malloc.h>
#include <stdlib.h>

static void *volatile kept;

int main(int count, char **arguments)
{
    int rounds = count > 1 ? atoi(arguments[1]) : 0;
    for (int round = 0; round < rounds; round++) {
        void *aligned = 0;
        kept = malloc(100);
        kept = realloc(kept, 5000);
        free(kept);
        kept = calloc(3, 50);
        free(kept);
        if (posix_memalign(&aligned, 64, 128) == 0)
            kept = aligned;
        free(kept);
        kept = aligned_alloc(64, 128);
        free(kept);
    }
    return 0;
}
