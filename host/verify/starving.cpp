// A relocation of a shared object is a place in its memory where the loader wrote the address of a
// function. Those of the allocators get the address of a function here instead.
#include "verify/starving.hpp"

#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

namespace sluice::verify {
namespace {

std::atomic<uint64_t> counted{0};
std::atomic<uint64_t> failing{0};

bool is_refused() { return counted.fetch_add(1) + 1 == failing.load(); }

void* starved_malloc(std::size_t size) { return is_refused() ? nullptr : std::malloc(size); }
void* starved_calloc(std::size_t count, std::size_t size) {
  return is_refused() ? nullptr : std::calloc(count, size);
}
void* starved_realloc(void* old, std::size_t size) {
  return is_refused() ? nullptr : std::realloc(old, size);
}
// Arrays have functions of their own: what they get is freed by others, and sanitizers look.
void* starved_new(std::size_t size) {
  if (is_refused()) throw std::bad_alloc{};
  return ::operator new(size);
}
void* starved_new_array(std::size_t size) {
  if (is_refused()) throw std::bad_alloc{};
  return ::operator new[](size);
}

void* starved_new_nothrow(std::size_t size, const std::nothrow_t& tag) noexcept {
  return is_refused() ? nullptr : ::operator new(size, tag);
}
void* starved_new_array_nothrow(std::size_t size, const std::nothrow_t& tag) noexcept {
  return is_refused() ? nullptr : ::operator new[](size, tag);
}
void* starved_new_aligned(std::size_t size, std::align_val_t alignment) {
  if (is_refused()) throw std::bad_alloc{};
  return ::operator new(size, alignment);
}
void* starved_new_array_aligned(std::size_t size, std::align_val_t alignment) {
  if (is_refused()) throw std::bad_alloc{};
  return ::operator new[](size, alignment);
}
int starved_posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  return is_refused() ? ENOMEM : posix_memalign(out, alignment, size);
}
void* starved_aligned_alloc(std::size_t alignment, std::size_t size) {
  return is_refused() ? nullptr : std::aligned_alloc(alignment, size);
}
char* starved_strdup(const char* text) { return is_refused() ? nullptr : strdup(text); }

struct Replacement {
  std::string_view symbol;
  void* function;
};
template <class Function>
Replacement replace(std::string_view symbol, Function* function) {
  return {symbol, reinterpret_cast<void*>(function)};
}
const std::array kReplacements = {replace("malloc", &starved_malloc),
                                  replace("calloc", &starved_calloc),
                                  replace("realloc", &starved_realloc),
                                  replace("posix_memalign", &starved_posix_memalign),
                                  replace("aligned_alloc", &starved_aligned_alloc),
                                  replace("strdup", &starved_strdup),
                                  replace("_Znwm", &starved_new),  // operator new; m: new[]
                                  replace("_Znam", &starved_new_array),
                                  replace("_ZnwmRKSt9nothrow_t", &starved_new_nothrow),
                                  replace("_ZnamRKSt9nothrow_t", &starved_new_array_nothrow),
                                  replace("_ZnwmSt11align_val_t", &starved_new_aligned),
                                  replace("_ZnamSt11align_val_t", &starved_new_array_aligned)};

// The loader gives addresses as numbers.
// NOLINTBEGIN(performance-no-int-to-ptr)

// What the dynamic section of one object says.
struct Tables {
  const ElfW(Sym) * symbols = nullptr;
  const char* names = nullptr;
  std::array<std::pair<const ElfW(Rela)*, std::size_t>, 2> relocations = {};
};

Tables tables_of(const ElfW(Dyn) * entry) {
  Tables out;
  for (; entry->d_tag != DT_NULL; ++entry) {
    const auto at = entry->d_un.d_ptr;  // absolute: the loader has added the base
    switch (entry->d_tag) {
      case DT_SYMTAB:
        out.symbols = reinterpret_cast<const ElfW(Sym)*>(at);
        break;
      case DT_STRTAB:
        out.names = reinterpret_cast<const char*>(at);
        break;
      case DT_RELA:
        out.relocations[0].first = reinterpret_cast<const ElfW(Rela)*>(at);
        break;
      case DT_RELASZ:
        out.relocations[0].second = entry->d_un.d_val / sizeof(ElfW(Rela));
        break;
      case DT_JMPREL:
        out.relocations[1].first = reinterpret_cast<const ElfW(Rela)*>(at);
        break;
      case DT_PLTRELSZ:
        out.relocations[1].second = entry->d_un.d_val / sizeof(ElfW(Rela));
        break;
      default:
        break;
    }
  }
  return out;
}

bool write_slot(void** slot, void* function) {
  const auto size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto start = reinterpret_cast<std::uintptr_t>(slot) & ~(size - 1);
  if (mprotect(reinterpret_cast<void*>(start), size, PROT_READ | PROT_WRITE) != 0) return false;
  *slot = function;
  return true;
}

std::size_t lead_through_here(const Tables& tables, ElfW(Addr) base) {
  std::size_t changed = 0;
  if (!tables.symbols || !tables.names) return changed;
  for (const auto& [first, count] : tables.relocations) {
    for (std::size_t i = 0; first && i < count; ++i) {
      const ElfW(Sym)& symbol = tables.symbols[ELF64_R_SYM(first[i].r_info)];
      const std::string_view name = tables.names + symbol.st_name;
      for (const Replacement& replacement : kReplacements) {
        if (name != replacement.symbol) continue;
        auto** slot = reinterpret_cast<void**>(base + first[i].r_offset);
        if (write_slot(slot, replacement.function)) ++changed;
      }
    }
  }
  return changed;
}

struct Search {
  ElfW(Addr) address;
  std::size_t changed = 0;
};

int visit(dl_phdr_info* info, std::size_t, void* ctx) {
  auto& search = *static_cast<Search*>(ctx);
  const ElfW(Dyn)* dynamic = nullptr;
  bool contains_it = false;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    const ElfW(Addr) start = info->dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_DYNAMIC) dynamic = reinterpret_cast<const ElfW(Dyn)*>(start);
    if (segment.p_type == PT_LOAD && search.address >= start &&
        search.address < start + segment.p_memsz)
      contains_it = true;
  }
  if (!contains_it) return 0;
  if (dynamic) search.changed = lead_through_here(tables_of(dynamic), info->dlpi_addr);
  return 1;
}

// NOLINTEND(performance-no-int-to-ptr)

}  // namespace

bool watch_allocations(const void* address) {
  Search search{reinterpret_cast<ElfW(Addr)>(address)};
  dl_iterate_phdr(&visit, &search);
  return search.changed > 0;
}

void fail_allocation(uint64_t nth) {
  counted = 0;
  failing = nth;
}

uint64_t allocations() { return counted; }

}  // namespace sluice::verify
