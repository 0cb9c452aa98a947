/*
 * Growing arrays for the scanner. The array is the caller's; sizes are in
 * items. Never blocks.
 */
#ifndef CLN_GROW_H
#define CLN_GROW_H

#include <stddef.h>

/*
 * Doubles the array and sets *cap. NULL when out of memory: the old array
 * then stands as it was. New items are not set.
 */
void *cln_grow(void *items, size_t *cap, size_t item_bytes);

#endif
