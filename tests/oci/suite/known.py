# SPDX-License-Identifier: Apache-2.0
"""Where conq-conmon differs from conmon 2.1.6, and means to: which case, what of its result, and why.
docs/containers.md has the same list."""
import fnmatch

TAG = "conmon refuses --log-tag with k8s-file, though podman passes it then; a tag harms no file"
LINES = "of several lines that are read at once conmon takes the first; the last size is the one that counts"

# (pattern of cases, pattern of the place in the result, reason)
KNOWN = [
    ("logs.tag", "*", TAG),
    ("direct.wrong_tag_with_k8s_file", "*", TAG),
    ("logs.size_limit_across_starts", "/result/0",
     "conmon counts from 0 at each start, so a log grows by its limit each time; conq-conmon counts what is there"),
    ("run.out_of_memory*", "/result/1/OOMKilled",
     "conmon leaves its sign in podman's working directory, podman 4.3 looks for it in the bundle"),
    ("attach.one_who_does_not_read", "/result/0",
     "conmon waits for a client that does not read for good; conq-conmon cuts it off after 5 s"),
    ("direct.several_*_lines_at_once", "/result/1", LINES),
    ("direct.two_logs", "/result/1", "of two files conmon writes the last one only"),
    ("direct.kinds_of_log_path", "*", "conmon refuses json-file:PATH, which is k8s-file by another name"),
    ("direct.wrong_empty_cid", "*", "conmon takes an empty id and ends with 0, having started nothing"),
    ("direct.runtime_*", "/result/1", "conmon leaves its console socket where the runtime has sent none"),
    ("direct.pipes_that_are_no_numbers", "/result/0/0",
     "conmon warns of a pipe's wrong number, goes on, and nobody hears of the container"),
]


def reason(case, place):
    for cases, places, why in KNOWN:
        if fnmatch.fnmatch(case, cases) and fnmatch.fnmatch(place, places):
            return why
    return None
