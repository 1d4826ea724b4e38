// template-name: keeps every record as one line of a file. Whoever reads the file takes the last
// line of an id, so a record that is written twice does no harm.
#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace {

constexpr auto kSettings =
    sluice::object(sluice::text("file")
                       .otherwise("records.txt")
                       .describe("Name of the file in the folder of the stage."));

std::string reason(const char* what) {
  return std::string(what) + ": " + std::generic_category().message(errno);
}

// Tabs, line ends and backslashes would end a field or a line.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// A file that lines are added to; what `append` says yes to survives a loss of power.
class LineFile {
 public:
  LineFile() = default;
  ~LineFile() { close(); }
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  bool open(const std::string& path) {
    close();
    fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    return fd_ >= 0;
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  bool append(std::string_view lines) {
    while (!lines.empty()) {
      const ssize_t written = ::write(fd_, lines.data(), lines.size());
      if (written < 0 && errno != EINTR) return false;
      if (written > 0) lines.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fdatasync(fd_) == 0;
  }

 private:
  int fd_ = -1;
};

class TemplateName final : public sluice::Component, public sluice::Sink {
 public:
  static constexpr bool kIdempotent = true;  // the same line twice means the same

  sluice::Status configure(sluice::Config config) override {
    name_ = config.text("/file");
    if (name_.empty() || name_.find('/') != std::string::npos)
      return sluice::Status::config("/file", "must be the name of a file, without folders");
    return {};
  }

  sluice::Status start() override {
    std::string folder;
    if (sluice::Status made = host().data_folder(folder); !made) return made;
    if (!file_.open(folder + "/" + name_))
      return {SLUICE_E_CONFIG, reason(("cannot open " + folder + "/" + name_).c_str())};
    return {};
  }

  void stop() override { file_.close(); }

  // Success means durable: the file is synced before it is reported.
  sluice::Status write(sluice::Batch& batch) override {
    std::string lines;
    for (uint32_t i = 0; i < batch.size(); ++i) {
      const sluice::Record record = batch[i];
      switch (record.op()) {
        case SLUICE_UPSERT:
          lines += "put\t" + escaped(record.document_id()) + "\t" +
                   std::to_string(record.ordinal()) + "\t" + escaped(record.text()) + "\n";
          break;
        case SLUICE_TRIM:  // chunks with this ordinal and higher ones are gone
          lines += "trim\t" + escaped(record.document_id()) + "\t" +
                   std::to_string(record.chunk_count()) + "\n";
          break;
        case SLUICE_DELETE:
          lines += "delete\t" + escaped(record.document_id()) + "\n";
          break;
        default:
          batch.settle(i, sluice::Status::reject("this sink does not know the operation"));
      }
    }
    if (!file_.append(lines)) return sluice::Status::retry(reason("the file cannot be written"));
    return {};  // the verdict of all that have none
  }

 private:
  std::string name_;
  LineFile file_;  // from start to stop
};

constexpr sluice_descriptor kTemplateName =
    sluice::component<TemplateName>({.id = "org.example.template-name",
                                     .version = "0.1.0",
                                     .summary = "Keeps records as lines of a file",
                                     .config_schema = kSettings.c_str(),
                                     .license = "MIT"});

}  // namespace

SLUICE_PLUGIN("org.example.template-name", &kTemplateName)
