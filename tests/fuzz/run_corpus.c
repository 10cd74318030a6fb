/* A fuzz target over its corpus, each file also without its end: found crashes stay found. */
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 300 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run(const char *path)
{
    static char bytes[FILE_BYTES_MAX];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (int cut = 0; cut < 3; cut++) {
        size_t kept = size - (size_t)cut * size / 3;
        uint8_t *copy = malloc(kept > 0 ? kept : 1);
        memcpy(copy, bytes, kept);
        LLVMFuzzerTestOneInput(copy, kept);
        free(copy);
    }
}

static void test_corpus_does_no_harm(void **state)
{
    (void)state;
    DIR *folder = opendir(CORPUS);
    assert_non_null(folder);
    int files = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[4096];
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", CORPUS, entry->d_name);
            run(path);
            files++;
        }
    }
    closedir(folder);
    assert_true(files > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_corpus_does_no_harm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
