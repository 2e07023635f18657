// SPDX-License-Identifier: Apache-2.0
#include "tests/oci/bundle.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* runtime = "runc";
constexpr const char* busybox = "/bin/busybox";

std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char each : text) {
    if (each == '"' || each == '\\') json += '\\';
    json += each;
  }
  return json + '"';
}

/// The next ids differ, also those of a test program that runs at the same time: a cgroup is named
/// after each.
std::string new_id() {
  static int made = 0;
  return "conq-test-" + std::to_string(::getpid()) + "-" + std::to_string(++made);
}

bool is_in_path(const std::string& program) {
  for (const char* folder : {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/"}) {
    if (::access((folder + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace

Bundle::Bundle() : id_(new_id()) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const char* folder : {"rootfs/bin", "rootfs/dev", "rootfs/proc"}) {
    fs::create_directories(dir_.path() / folder);
  }
  std::error_code missing;
  fs::copy(busybox, dir_.path() / "rootfs/bin/busybox", missing);
  for (const char* name : {"cat", "head", "sh", "sleep", "stty"}) {
    fs::create_symlink("busybox", dir_.path() / "rootfs/bin" / name);
  }
}

Bundle::~Bundle() {
  if (is_in_path(runtime)) call({"delete", "--force", id_});
}

std::string Bundle::why_not() {
  if (!is_in_path(runtime)) return std::string("there is no ") + runtime;
  if (!fs::exists(dir_.path() / "rootfs/bin/busybox")) return std::string("there is no ") + busybox;
  // A pty is opened, too: there may be none left for other devpts instances than the first.
  configure(": <>/dev/ptmx", false, "tmpfs");
  const RuntimeResult result = call({"run", "--bundle", dir_.path(), id_});
  return result.status == ExitStatus{} ? ""
                                       : std::string(runtime) + " cannot run here: " + result.said;
}

void Bundle::configure(std::string_view script, bool terminal, std::string_view file_system) {
  // No namespace of a network's or a user's, and no limits: where we are in a container ourselves,
  // these may be forbidden. As little in it as needed: what is in a runtime's template may be, too.
  dir_.file("config.json", R"({"ociVersion": "1.0.2", "process": {"terminal": )" +
                               std::string(terminal ? "true" : "false") +
                               R"(, "user": {"uid": 0, "gid": 0}, "args": ["/bin/sh", "-c", )" +
                               quoted(script) +
                               R"(], "env": ["PATH=/bin"], "cwd": "/"},
  "root": {"path": "rootfs", "readonly": true},
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": )" +
                               quoted(file_system) +
                               R"(, "source": "tmpfs", "options": ["nosuid", "mode=755"]},
    {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
     "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]}],
  "linux": {"namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}]}}
)");
}

RuntimeResult Bundle::call(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {runtime, "--root", dir_ / "state"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return to_its_end(argv);
}

RuntimeResult Bundle::to_its_end(const std::vector<std::string>& argv) {
  Process process = Process::spawn(poller_, {.argv = argv});
  RuntimeResult result;
  result.said = read_to_end_of(process.console());
  result.status = process.wait();
  return result;
}

RuntimeResult Bundle::detach(std::vector<std::string> arguments, const ConsoleSocket& socket) {
  arguments.insert(arguments.begin() + 1,
                   {"--detach", "--console-socket", socket.path(), "--pid-file", dir_ / "pid"});
  return call(arguments);
}

RuntimeResult Bundle::run(const ConsoleSocket& socket, std::string_view script) {
  configure(script, true, "tmpfs");
  return detach({"run", "--bundle", dir_.path(), id_}, socket);
}

RuntimeResult Bundle::run_by_example(const std::string& example, std::string_view script) {
  configure(script, true, "tmpfs");
  return to_its_end({example, dir_.path(), id_, "--root", dir_ / "state"});
}

RuntimeResult Bundle::exec(const ConsoleSocket& socket, std::string_view script) {
  return detach({"exec", "--tty", id_, "/bin/sh", "-c", std::string(script)}, socket);
}

RuntimeResult Bundle::run_broken(const ConsoleSocket& socket) {
  configure(":", true, "no-such-file-system");
  return detach({"run", "--bundle", dir_.path(), id_}, socket);
}

int Bundle::wait_for_end() {
  pid_t pid = -1;
  std::ifstream(dir_ / "pid") >> pid;
  int status = 0;
  pid_t reaped = -1;
  while ((reaped = ::waitpid(pid, &status, 0)) < 0 && errno == EINTR) {
  }
  EXPECT_EQ(reaped, pid) << "it is no child of ours";
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace conq::test
