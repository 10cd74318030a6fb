/** Which locations a person may write: their form. Whether there is such code only the agents know. */
#ifndef STROBE_HUB_LOCATION_RULES_H
#define STROBE_HUB_LOCATION_RULES_H

#include "strobe/error.h"

enum strobe_location_form {
    STROBE_LOCATION_FORM_LINE,     /* path/suffix.py:LINE */
    STROBE_LOCATION_FORM_FUNCTION, /* module:qualname, :entry or :exit behind it */
    STROBE_LOCATION_FORM_RAISE,    /* raise:module.Type, :unhandled behind it */
};

/**
 * Tell the form of `location`; `field` names it in messages ("location").
 * @return 0, or STROBE_EINVAL with what to write
 */
int strobe_location_rules_check(const char *field, const char *location, enum strobe_location_form *ret_form,
                                struct strobe_error *error);

#endif
