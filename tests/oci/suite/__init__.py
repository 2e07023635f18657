# SPDX-License-Identifier: Apache-2.0
"""What drives podman with one monitor and another, and compares."""
