// sluice/plugin.hpp - the C++20 face of the plugin ABI; the one header a plugin needs. Header-only,
// no dependency beyond the standard library, nothing here crosses the boundary: every class lives
// inside your .so, and only the C tables of sluice/abi.h are seen by the host.
//
//   class Chunker final : public sluice::Component, public sluice::Transform {
//     sluice::Status configure(sluice::Config c) override { ... }
//     sluice::Status process(sluice::Batch& b) override { ... }
//   };
//   constexpr sluice_descriptor kChunker = sluice::component<Chunker>({.id = ..., ...});
//   SLUICE_PLUGIN("org.example.chunker", &kChunker)
#pragma once

#include <sluice/abi.h>
#include <sluice/host.hpp>
#include <sluice/record.hpp>
#include <sluice/roles.hpp>
#include <sluice/status.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

namespace sluice {
inline namespace sdk_v1 {
namespace detail {

template <class T>
struct Box {  // the C face of one T
  sluice_component c{};
  T impl;
};
template <class T>
T& self(const sluice_component* c) noexcept {
  return static_cast<Box<T>*>(c->self)->impl;
}
// T seen as one of its bases, so that an author may keep the overrides private.
template <class T, class Base>
Base& as(const sluice_component* c) noexcept {
  return self<T>(c);
}

// One record at a time, each in its own guard.
template <class T>
Status submit_each(sluice_component* c, Batch& batch) {
  for (uint32_t i = 0; i < batch.size(); ++i) {
    sluice_error one = make_error();
    const sluice_status r =
        guard(&one, [&] { return as<T, RecordTransform>(c).process(batch, i); });
    if (r != SLUICE_OK) batch.settle(i, Status::from(r, one));
  }
  return {};
}

template <class T>
sluice_status submit(sluice_component* c, sluice_batch* raw) noexcept {
  Batch batch{raw, as<T, Component>(c).host()};
  sluice_error err = make_error();
  const sluice_status s = guard(&err, [&]() -> Status {
    if constexpr (std::derived_from<T, Transform>) {
      return as<T, Transform>(c).process(batch);
    } else if constexpr (std::derived_from<T, Sink>) {
      return as<T, Sink>(c).write(batch);
    } else if constexpr (std::derived_from<T, AsyncTransform>) {
      return as<T, AsyncTransform>(c).process(std::move(batch));
    } else {
      return submit_each<T>(c, batch);
    }
  });
  // A blocking stage has returned: what it did not judge gets the call's verdict. A non-blocking
  // one has moved the batch away, and this does nothing.
  batch.complete(s, err);
  return SLUICE_OK;
}

template <class T>
concept IsTransform = std::derived_from<T, Transform> || std::derived_from<T, RecordTransform> ||
    std::derived_from<T, AsyncTransform>;

template <class T>
constexpr uint32_t stage_flags() {
  uint32_t flags = 0;
  if constexpr (requires { T::kReentrant; })
    flags |= T::kReentrant ? uint32_t{SLUICE_STAGE_REENTRANT} : 0U;
  if constexpr (requires { T::kIdempotent; })
    flags |= T::kIdempotent ? uint32_t{SLUICE_STAGE_IDEMPOTENT} : 0U;
  if constexpr (std::derived_from<T, AsyncTransform>) flags |= SLUICE_STAGE_NONBLOCKING;
  return flags;
}

// The C tables of T's roles, made at compile time.
template <class T>
struct Tables {
  static constexpr sluice_stage stage = [] {
    sluice_stage s{};
    s.struct_size = sizeof s;
    s.flags = stage_flags<T>();
    s.submit = &submit<T>;
    if constexpr (std::derived_from<T, Sink>) {
      s.flush = [](sluice_component* c, sluice_error* e) noexcept {
        return guard(e, [&] { return as<T, Sink>(c).flush(); });
      };
    }
    return s;
  }();
  static constexpr sluice_source source = [] {
    sluice_source s{};
    s.struct_size = sizeof s;
    if constexpr (std::derived_from<T, Source>) {
      s.run = [](sluice_component* c, sluice_error* e) noexcept {
        return guard(e, [&] { return as<T, Source>(c).run(); });
      };
    }
    if constexpr (std::derived_from<T, PushSource>) {
      s.on_settled = [](sluice_component* c, uint64_t k, sluice_status v,
                        const sluice_error* why) noexcept {
        guard(nullptr, [&]() -> Status {
          as<T, PushSource>(c).settled(k, v, why ? why->message : "");
          return {};
        });
      };
      s.on_room = [](sluice_component* c, uint32_t credits) noexcept {
        guard(nullptr, [&]() -> Status {
          as<T, PushSource>(c).room(credits);
          return {};
        });
      };
    }
    return s;
  }();
  static constexpr sluice_dedupe dedupe = [] {
    sluice_dedupe d{};
    d.struct_size = sizeof d;
    if constexpr (std::derived_from<T, Dedupe>) {
      d.claim = [](sluice_component* c, const sluice_key* k, uint32_t n, uint32_t ms, uint8_t* a,
                   sluice_error* e) noexcept {
        return guard(e, [&] {
          return as<T, Dedupe>(c).claim({k, n}, std::chrono::milliseconds{ms}, {a, n});
        });
      };
      d.settle = [](sluice_component* c, const sluice_key* k, uint32_t n, sluice_status v,
                    sluice_error* e) noexcept {
        return guard(e, [&] { return as<T, Dedupe>(c).settle({k, n}, v); });
      };
    }
    return d;
  }();
  static constexpr sluice_embed embed = [] {
    sluice_embed m{};
    m.struct_size = sizeof m;
    if constexpr (std::derived_from<T, Embed>) {
      m.dimension = [](const sluice_component* c) noexcept { return as<T, Embed>(c).dimension(); };
      m.embed = [](sluice_component* c, const sluice_str* texts, uint32_t n, uint32_t purpose,
                   float* out, sluice_error* e) noexcept {
        return guard(e, [&] {
          Embed& self = as<T, Embed>(c);
          return self.embed({texts, n}, purpose, {out, std::size_t{n} * self.dimension()});
        });
      };
    }
    return m;
  }();
  static constexpr sluice_search search = [] {
    sluice_search s{};
    s.struct_size = sizeof s;
    if constexpr (std::derived_from<T, Search>) {
      s.flags = T::kSearchWants;
      s.search = [](sluice_component* c, const sluice_search_request* q, sluice_hits* out,
                    sluice_error* e) noexcept {
        return guard(e, [&]() -> Status {
          const auto* api =
              as<T, Component>(c).host().template find<sluice_hits_api>(SLUICE_IFACE_HITS);
          return as<T, Search>(c).search(*q, Hits{out, api});
        });
      };
      s.stats = [](sluice_component* c, sluice_search_stats* out, sluice_error* e) noexcept {
        return guard(e, [&] { return as<T, Search>(c).stats(*out); });
      };
    }
    return s;
  }();

  static const void* find(std::string_view id) noexcept {
    if constexpr (IsTransform<T>)
      if (id == SLUICE_ROLE_TRANSFORM) return &stage;
    if constexpr (std::derived_from<T, Sink>)
      if (id == SLUICE_ROLE_SINK) return &stage;
    if constexpr (std::derived_from<T, PushSource>)
      if (id == SLUICE_ROLE_SOURCE) return &source;
    if constexpr (std::derived_from<T, Dedupe>)
      if (id == SLUICE_ROLE_DEDUPE) return &dedupe;
    if constexpr (std::derived_from<T, Embed>)
      if (id == SLUICE_ROLE_EMBED) return &embed;
    if constexpr (std::derived_from<T, Search>)
      if (id == SLUICE_ROLE_SEARCH) return &search;
    return nullptr;
  }
  static constexpr std::array<const char*, 7> roles = [] {
    std::array<const char*, 7> r{};  // six roles and the NULL that ends the list
    std::size_t n = 0;
    if (IsTransform<T>) r[n++] = SLUICE_ROLE_TRANSFORM;
    if (std::derived_from<T, Sink>) r[n++] = SLUICE_ROLE_SINK;
    if (std::derived_from<T, PushSource>) r[n++] = SLUICE_ROLE_SOURCE;
    if (std::derived_from<T, Dedupe>) r[n++] = SLUICE_ROLE_DEDUPE;
    if (std::derived_from<T, Embed>) r[n++] = SLUICE_ROLE_EMBED;
    if (std::derived_from<T, Search>) r[n++] = SLUICE_ROLE_SEARCH;
    return r;
  }();
};

inline constexpr const char* kNeeds[] = {SLUICE_IFACE_RECORDS, SLUICE_IFACE_LOG,
                                         SLUICE_IFACE_CONFIG, nullptr};

template <class T>
sluice_status create(const sluice_descriptor*, const sluice_host* host, sluice_component** out,
                     sluice_error* err) noexcept {
  return guard(err, [&]() -> Status {
    auto box = std::make_unique<Box<T>>();
    static_cast<Component&>(box->impl).attach(host);
    sluice_component& c = box->c;
    c.struct_size = sizeof c;
    c.self = box.get();
    c.configure = [](sluice_component* x, const sluice_config* cfg, sluice_error* e) noexcept {
      return guard(e, [&] {
        return as<T, Component>(x).configure(Config{cfg, as<T, Component>(x).host()});
      });
    };
    c.start = [](sluice_component* x, sluice_error* e) noexcept {
      return guard(e, [&] { return as<T, Component>(x).start(); });
    };
    c.drain = [](sluice_component* x, sluice_error* e) noexcept {
      return guard(e, [&] { return as<T, Component>(x).drain(); });
    };
    c.stop = [](sluice_component* x) noexcept {
      guard(nullptr, [&]() -> Status {
        as<T, Component>(x).stop();
        return {};
      });
    };
    c.destroy = [](sluice_component* x) noexcept { delete static_cast<Box<T>*>(x->self); };
    c.get_role = [](const sluice_component*, const char* id) noexcept {
      return Tables<T>::find(id);
    };
    c.probe = [](sluice_component* x, sluice_error* e) noexcept {
      return guard(e, [&] { return as<T, Component>(x).probe(); });
    };
    *out = &box.release()->c;
    return {};
  });
}

}  // namespace detail

// What `sluice inspect` shows of a component; all of it static text.
struct About {
  const char* id;
  const char* version;
  const char* summary;
  const char* config_schema = "{}";
  const char* vendor = "";
  const char* url = "";
  const char* license = "";
};

// The descriptor of T; its roles are the role interfaces T derives from.
template <std::derived_from<Component> T>
constexpr sluice_descriptor component(const About& a) {
  return {sizeof(sluice_descriptor),
          0,
          a.id,
          a.version,
          a.summary,
          a.vendor,
          a.url,
          a.license,
          a.config_schema,
          detail::Tables<T>::roles.data(),
          detail::kNeeds,
          &detail::create<T>};
}

}  // namespace sdk_v1
}  // namespace sluice

// One per .so: the file's id, then pointers to its sluice_descriptor constants.
#define SLUICE_PLUGIN(file_id, ...)                                                         \
  SLUICE_MANIFEST(file_id);                                                                 \
  extern "C" SLUICE_EXPORT const sluice_plugin* sluice_plugin_entry_v1(uint32_t) {          \
    static const sluice_descriptor* const list[] = {__VA_ARGS__};                           \
    static const sluice_plugin plugin = {sizeof(sluice_plugin),                             \
                                         SLUICE_ABI_MINOR,                                  \
                                         "sluice-sdk " SLUICE_SDK_VERSION ", " __VERSION__, \
                                         static_cast<uint32_t>(std::size(list)),            \
                                         0,                                                 \
                                         list};                                             \
    return &plugin;                                                                         \
  }
