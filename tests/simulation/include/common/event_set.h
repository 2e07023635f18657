// SPDX-License-Identifier: Apache-2.0
#pragma once

#define EV_SET(event, new_ident, new_filter, new_flags, new_fflags, new_data, new_udata) \
  do {                                                                                   \
    struct kevent* const set_ = (event);                                                 \
    *set_ = {};                                                                          \
    set_->ident = (new_ident);                                                           \
    set_->filter = (new_filter);                                                         \
    set_->flags = (new_flags);                                                           \
    set_->fflags = (new_fflags);                                                         \
    set_->data = (new_data);                                                             \
    set_->udata = (new_udata);                                                           \
  } while (false)
