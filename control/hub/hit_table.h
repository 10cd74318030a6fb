/** A table over many hits: one row for each snapshot, one column for each path. */
#ifndef STROBE_HUB_HIT_TABLE_H
#define STROBE_HUB_HIT_TABLE_H

#include <stdbool.h>

#include "hub/body.h"
#include "strobe/error.h"
#include "strobe/limits.h"
#include "wire/codec.h"

/** Owned texts of paths. */
struct strobe_hit_columns {
    char *paths[STROBE_HUB_COLUMNS_MAX];
    size_t count;
};

/**
 * Read paths separated by commas (not those in brackets or quotes). Release with strobe_hit_columns_done().
 * @return 0, STROBE_ESYNTAX (a path that is none, or empty), STROBE_ELIMIT (too many), STROBE_ENOMEM
 */
int strobe_hit_columns_parse(const char *text, struct strobe_hit_columns *ret_columns, struct strobe_error *error);

/**
 * Columns that fit `body` when nobody named any: its watches, else the locals of its first frame that fit in a cell;
 * with `traced`, which says that some hit has a trace, its id behind them.
 */
void strobe_hit_columns_guess(json_t *body, bool traced, struct strobe_hit_columns *ret_columns);

void strobe_hit_columns_done(struct strobe_hit_columns *columns);

/**
 * The row of one snapshot: {"snapshot": id, "position", "time_us", "instance", "function", "line", "cells": [cell]}.
 * A cell is the head of a value (strobe_body_head()), or {"missing": why there is none}. New; NULL without memory.
 */
json_t *strobe_hit_row(const struct strobe_hit_columns *columns, const struct strobe_wire_snapshot_view *view);

#endif
