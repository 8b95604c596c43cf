internal import CPCRE2

/// Why a search gave no answer.
///
/// None of these is "no match".
public enum MatchFailure: Error, Hashable, Sendable {
    /// One start position took more backtracking than allowed.
    case matchLimit
    /// The interpreter wanted more memory than allowed, or the machine code more stack.
    case memoryLimit
    /// The call took more steps of 64 start positions than allowed.
    case stepLimit
    /// The wall deadline passed between two steps.
    case deadline
    /// PCRE2 gave another error, by its number.
    case other(Int32)
}

/// What a search may cost.
public struct MatchLimits: Hashable, Sendable {
    /// Backtracking points per start position.
    public var matchLimit: UInt32 = 10_000
    /// KiB of heap, for interpreted patterns only.
    public var heapKiB: UInt32 = 4096
    /// Bytes that are searched; the rest of a longer text is not looked at.
    public var subjectBytes = 8 * 1024
    /// Steps of 64 start positions per call.
    public var steps = 1024
    /// Nanoseconds of wall time per call, looked at between steps.
    public var deadlineNanoseconds: UInt64 = 5_000_000

    public init() {}
}

/// The memory that one thread matches with: match data, a machine code stack, the captures of the last match.
///
/// Owned by one thread at a time and not locked.
public final class Matcher {
    /// Start positions of a step, and of the narrower one of interpreted patterns, which take ten times as long.
    private static let stepWidth = 64
    private static let interpretedWidth = 16

    private let context: OpaquePointer?
    private let stack: OpaquePointer?
    private var data: OpaquePointer?
    private var capacity: UInt32 = 0
    private let limits: MatchLimits
    private let nanoseconds: () -> UInt64
    private var positionsLeft = 0
    private var start: UInt64?

    /// Whether the last search looked at the first part of a longer text only.
    public private(set) var wasCut = false

    /// Memory for one thread.
    ///
    /// - Parameter nanoseconds: A clock that never goes back; asked only for texts longer than one step.
    public init(limits: MatchLimits = MatchLimits(), nanoseconds: @escaping () -> UInt64) {
        self.limits = limits
        self.nanoseconds = nanoseconds
        context = pcre2_match_context_create_8(nil)
        stack = pcre2_jit_stack_create_8(32 * 1024, 1024 * 1024, nil)
        pcre2_set_match_limit_8(context, limits.matchLimit)
        pcre2_set_heap_limit_8(context, limits.heapKiB)
        if let stack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
    }

    deinit {
        pcre2_match_data_free_8(data)
        pcre2_match_context_free_8(context)
        pcre2_jit_stack_free_8(stack)
    }

    /// Whether the pattern matches anywhere in `subject`.
    ///
    /// - Parameter subject: Valid UTF-8.
    public func matches(_ pattern: Pattern, _ subject: UnsafeRawBufferPointer) throws(MatchFailure) -> Bool {
        begin()
        return try search(pattern, subject, from: 0)
    }

    /// Gives the next searches a budget and a deadline of their own: one call of a function, one begin.
    public func begin() {
        positionsLeft = limits.steps * Self.stepWidth
        start = nil
    }

    /// Searches for the first match that begins at or after `from`; `range(of:)` then tells where it is.
    ///
    /// - Parameters:
    ///   - subject: Valid UTF-8; what is past the subject limit is not looked at, and `wasCut` says so.
    ///   - from: A byte offset on a character boundary.
    public func search(
        _ pattern: Pattern, _ subject: UnsafeRawBufferPointer, from: Int
    ) throws(MatchFailure) -> Bool {
        prepare(groups: UInt32(pattern.captureCount) + 1)
        var length = subject.count
        wasCut = length > limits.subjectBytes
        var options = UInt32(PCRE2_NO_UTF_CHECK)
        if wasCut {
            length = limits.subjectBytes
            while length > 0, subject[length] & 0xc0 == 0x80 { length -= 1 }
            options |= UInt32(PCRE2_NOTEOL)
        }
        let width = pattern.isCompiled ? Self.stepWidth : Self.interpretedWidth
        var place = from
        while place <= length {
            try countPositions(width)
            let isLast = pattern.isAnchored || place + width >= length
            let limit = isLast ? Int(bitPattern: ~UInt(0)) : place + width - 1
            pcre2_set_offset_limit_8(context, limit)
            if try step(pattern, subject, length: length, from: place, options) { return true }
            if isLast { return false }
            place += width
            while place < length, subject[place] & 0xc0 == 0x80 { place += 1 }
            try checkDeadline()
        }
        return false
    }

    private func step(
        _ pattern: Pattern, _ subject: UnsafeRawBufferPointer, length: Int, from: Int, _ options: UInt32
    ) throws(MatchFailure) -> Bool {
        var result = run(pattern, subject, length, from, options)
        if result == PCRE2_ERROR_JIT_STACKLIMIT {
            result = run(pattern, subject, length, from, options | UInt32(PCRE2_NO_JIT))
        }
        if result >= 0 { return true }
        switch result {
        case PCRE2_ERROR_NOMATCH: return false
        case PCRE2_ERROR_MATCHLIMIT: throw .matchLimit
        case PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_JIT_STACKLIMIT, PCRE2_ERROR_NOMEMORY, PCRE2_ERROR_DEPTHLIMIT:
            throw .memoryLimit
        default: throw .other(result)
        }
    }

    @inline(__always)
    private func run(
        _ pattern: Pattern, _ subject: UnsafeRawBufferPointer, _ length: Int, _ from: Int, _ options: UInt32
    ) -> Int32 {
        guard let base = subject.baseAddress else {
            return withUnsafePointer(to: UInt8(0)) { empty in
                pcre2_match_8(pattern.code, empty, 0, 0, options, data, context)
            }
        }
        return pcre2_match_8(
            pattern.code, base.assumingMemoryBound(to: UInt8.self), length, from, options, data, context)
    }

    @inline(__always)
    private func countPositions(_ count: Int) throws(MatchFailure) {
        guard positionsLeft >= count else { throw .stepLimit }
        positionsLeft -= count
    }

    private func checkDeadline() throws(MatchFailure) {
        let now = nanoseconds()
        guard let begun = start else {
            start = now
            return
        }
        if now &- begun > limits.deadlineNanoseconds { throw .deadline }
    }

    private func prepare(groups: UInt32) {
        guard groups > capacity else { return }
        pcre2_match_data_free_8(data)
        capacity = max(groups, 8)
        data = pcre2_match_data_create_8(capacity, nil)
    }

    /// Where a group of the last match is, in bytes of the subject; nil for a group that took no part.
    ///
    /// - Parameter group: 0 for the whole match.
    public func range(of group: Int) -> Range<Int>? {
        guard let data, group < Int(pcre2_get_ovector_count_8(data)),
            let places = pcre2_get_ovector_pointer_8(data)
        else { return nil }
        let start = places[2 * group]
        let end = places[2 * group + 1]
        guard start != Int(bitPattern: ~UInt(0)), end >= start else { return nil }
        return start..<end
    }
}
