// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace conq::transcript {

// What the kernel does
void opening();
void line_mode();
void limits();
void hangups();
void bytes_left_behind();
void window_sizes();
void edges();
void edges_of_room();
void edges_of_the_other_end();
void hangup_edges();
void edges_once_hung_up();
void queues();
void triggers();
void nested_queues();
void descriptors();
void pipes();
void sockets();
void messages();
void counters();
void processes();
void leaders();

// What the library makes of it
void library_reads();
void library_writes();
void library_hangups();
void library_ends();
void library_relays();
void library_processes();

}  // namespace conq::transcript
