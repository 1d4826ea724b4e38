// checked_descriptors: every way a descriptor can be incomplete has its sentence.
#include "plugin/descriptors.hpp"

#include "watched.hpp"

#include <sluice/abi/roles.h>

#include <gtest/gtest.h>

#include <functional>

namespace sluice::plugin {
namespace {

const char* const kSinkOnly[] = {SLUICE_ROLE_SINK, nullptr};

sluice_status make_nothing(const sluice_descriptor*, const sluice_host*, sluice_component**,
                           sluice_error*) {
  return SLUICE_E_FATAL;
}

sluice_descriptor whole() {
  return {sizeof(sluice_descriptor),
          0,
          "a.b",
          "1",
          "",
          "",
          "",
          "",
          "{}",
          kSinkOnly,
          nullptr,
          &make_nothing};
}

// What is said about `d` as the only descriptor; "ok" when nothing is.
std::string verdict_of(const sluice_descriptor& d) {
  const sluice_descriptor* list[] = {&d};
  const sluice_plugin table{sizeof(sluice_plugin), 0, "", 1, 0, list};
  const auto checked = checked_descriptors(&table, "x.so", offer());
  return checked ? "ok" : checked.error().message;
}
std::string verdict_of(const std::function<void(sluice_descriptor&)>& spoil) {
  auto d = whole();
  spoil(d);
  return verdict_of(d);
}

TEST(Descriptors, AWholeOnePasses) {
  EXPECT_EQ(verdict_of(whole()), "ok");
  struct Newer {
    sluice_descriptor d = whole();
    void* more = nullptr;
  } newer;
  newer.d.struct_size = sizeof newer;
  EXPECT_EQ(verdict_of(newer.d), "ok");
}

TEST(Descriptors, NamesWhatIsMissing) {
  using D = sluice_descriptor;
  EXPECT_EQ(verdict_of([](D& d) { d.struct_size = 40; }),
            "x.so has a descriptor 1 with struct_size 40, less than the 88 of ABI 1.0; set it to"
            " sizeof(sluice_descriptor)");
  EXPECT_EQ(verdict_of([](D& d) { d.id = nullptr; }),
            "x.so has a descriptor 1 whose id is NULL; use \"\" for no text");
  EXPECT_EQ(verdict_of([](D& d) { d.config_schema = nullptr; }),
            "x.so has a descriptor 1 whose config_schema is NULL; use \"\" for no text");
  EXPECT_EQ(verdict_of([](D& d) { d.id = ""; }),
            "x.so has a descriptor 1 with an empty id; give it a name");
  EXPECT_EQ(verdict_of([](D& d) { d.roles = nullptr; }),
            "x.so has a descriptor 1 (a.b) without roles; list at least one");
  EXPECT_EQ(verdict_of([](D& d) { d.create = nullptr; }),
            "x.so has a descriptor 1 (a.b) whose create is NULL; point it to a function");
}

TEST(Descriptors, SaysWhatIsOfferedInsteadOfANeed) {
  const char* const newer[] = {"sluice.timer/2", nullptr};
  EXPECT_EQ(verdict_of([&](sluice_descriptor& d) { d.needs = newer; }),
            "x.so needs sluice.timer/2; this host (0.1.0) offers sluice.timer/1");
  const char* const other[] = {"sluice.queue/1", nullptr};
  EXPECT_EQ(verdict_of([&](sluice_descriptor& d) { d.needs = other; }),
            "x.so needs sluice.queue/1; this host (0.1.0) offers no sluice.queue");
}

TEST(Descriptors, NamesWhatIsWrongWithTheTable) {
  const sluice_descriptor d = whole();
  const sluice_descriptor* list[] = {&d, nullptr};
  const auto verdict_on = [&](const sluice_plugin* table) {
    const auto checked = checked_descriptors(table, "x.so", offer());
    return checked ? "ok" : checked.error().message;
  };
  sluice_plugin table{16, 0, "", 1, 0, list};
  EXPECT_EQ(
      verdict_on(&table),
      "x.so returned a sluice_plugin with struct_size 16, less than the 32 of ABI 1.0; set it to"
      " sizeof(sluice_plugin)");
  table.struct_size = sizeof table;
  table.descriptor_count = 0;
  EXPECT_EQ(verdict_on(&table), "x.so describes no component; list at least one descriptor");
  table.descriptor_count = 2;
  EXPECT_EQ(verdict_on(&table),
            "x.so lists no descriptor 2: its pointer is NULL; correct descriptor_count");
  table.descriptor_count = 1000;
  EXPECT_EQ(verdict_on(&table), "x.so claims 1000 descriptors; the limit is 256");
  EXPECT_EQ(verdict_on(nullptr),
            "x.so returned nothing from sluice_plugin_entry_v1; it must return its sluice_plugin");
}

}  // namespace
}  // namespace sluice::plugin
