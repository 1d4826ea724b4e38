// template-name: makes the text of each record louder. Change `louder`, its settings and its name.
#include <sluice/plugin.hpp>
#include <sluice/schema.hpp>

#include <string>
#include <string_view>

namespace {

constexpr auto kSettings =
    sluice::object(sluice::text("suffix").otherwise("!").describe("Put behind the text."));

// What this plugin is about; it knows nothing of Sluice.
std::string louder(std::string_view text, std::string_view suffix) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  out += suffix;
  return out;
}

class TemplateName final : public sluice::Component, public sluice::RecordTransform {
 public:
  static constexpr bool kReentrant = true;  // process changes no member

  sluice::Status configure(sluice::Config config) override {
    suffix_ = config.text("/suffix");
    return {};
  }

  // One record of the batch. What it returns is the verdict; throwing costs this record alone.
  sluice::Status process(sluice::Batch& batch, uint32_t i) override {
    sluice::Record record = batch[i];
    if (record.op() != SLUICE_UPSERT) return {};  // a deletion goes on as it is
    if (record.text().empty()) {
      batch.drop(i);
      return {};
    }
    record.set_text(louder(record.text(), suffix_));
    return {};
  }

 private:
  std::string suffix_;
};

constexpr sluice_descriptor kTemplateName =
    sluice::component<TemplateName>({.id = "org.example.template-name",
                                     .version = "0.1.0",
                                     .summary = "Makes texts louder",
                                     .config_schema = kSettings.c_str(),
                                     .license = "MIT"});

}  // namespace

SLUICE_PLUGIN("org.example.template-name", &kTemplateName)
