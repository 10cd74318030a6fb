/** A folder of a test's own, and things every test of the hub wants. */
#ifndef STROBE_TEST_TEMPORARY_FOLDER_H
#define STROBE_TEST_TEMPORARY_FOLDER_H

/** Setup for cmocka: makes a folder and puts its path, a `char *`, into `*state`. */
int temporary_folder_setup(void **state);

/** Teardown: removes the folder with all that is in it. */
int temporary_folder_teardown(void **state);

#endif
