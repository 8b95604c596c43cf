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
    private static let unset = Int(bitPattern: ~UInt(0))

    /// What every search touches, behind a pointer so that reading it costs a load and no check.
    ///
    /// What PCRE2 needs is made with the first search: most matchers of conditions that are only folded have none.
    private struct State {
        /// For searches of one step, without an offset limit.
        var whole: OpaquePointer?
        /// For searches of more steps, whose offset limit moves.
        var stepping: OpaquePointer?
        var stack: OpaquePointer?
        var data: OpaquePointer?
        var capacity: UInt32 = 0
        var positionsLeft = 0
        var start: UInt64 = 0
        var hasStart = false
        var wasCut = false
    }

    private let state: UnsafeMutablePointer<State>
    private let limits: MatchLimits
    private let nanoseconds: () -> UInt64

    /// Whether the last search looked at the first part of a longer text only.
    public var wasCut: Bool { state.pointee.wasCut }

    /// Memory for one thread.
    ///
    /// - Parameter nanoseconds: A clock that never goes back; asked only for texts longer than one step.
    public init(limits: MatchLimits = MatchLimits(), nanoseconds: @escaping () -> UInt64) {
        self.limits = limits
        self.nanoseconds = nanoseconds
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    deinit {
        pcre2_match_data_free_8(state.pointee.data)
        pcre2_match_context_free_8(state.pointee.whole)
        pcre2_match_context_free_8(state.pointee.stepping)
        pcre2_jit_stack_free_8(state.pointee.stack)
        state.deallocate()
    }

    /// Whether the pattern matches anywhere in `subject`.
    ///
    /// - Parameter subject: Valid UTF-8.
    @inline(__always)
    public func matches(_ pattern: Pattern, _ subject: UnsafeRawBufferPointer) throws(MatchFailure) -> Bool {
        begin()
        return try search(pattern, subject, from: 0)
    }

    /// Gives the next searches a budget and a deadline of their own: one call of a function, one begin.
    public func begin() {
        state.pointee.positionsLeft = limits.steps * Self.stepWidth
        state.pointee.hasStart = false
    }

    /// Searches for the first match that begins at or after `from`; `range(of:)` then tells where it is.
    ///
    /// - Parameters:
    ///   - subject: Valid UTF-8; what is past the subject limit is not looked at, and `wasCut` says so.
    ///   - from: A byte offset on a character boundary.
    public func search(
        _ pattern: Pattern, _ subject: UnsafeRawBufferPointer, from: Int
    ) throws(MatchFailure) -> Bool {
        if pattern.captureCount >= state.pointee.capacity { prepare(groups: UInt32(pattern.captureCount) + 1) }
        var length = subject.count
        var options: UInt32 = 0
        state.pointee.wasCut = length > limits.subjectBytes
        if length > limits.subjectBytes {
            length = limits.subjectBytes
            while length > 0, subject[length] & 0xc0 == 0x80 { length -= 1 }
            options = UInt32(PCRE2_NOTEOL)
        }
        guard from <= length else { return false }
        let width = pattern.isCompiled ? Self.stepWidth : Self.interpretedWidth
        if pattern.isAnchored || from + width >= length {
            try countPositions(width)
            return try step(pattern, subject, length, from, options, state.pointee.whole)
        }
        return try searchInSteps(pattern, subject, length, from, options, width: width)
    }

    /// A text longer than one step: 64 start positions at a time, with a look at the clock between.
    private func searchInSteps(
        _ pattern: Pattern, _ subject: UnsafeRawBufferPointer, _ length: Int, _ from: Int, _ options: UInt32,
        width: Int
    ) throws(MatchFailure) -> Bool {
        let stepping = state.pointee.stepping
        var place = from
        while place + width < length {
            try countPositions(width)
            pcre2_set_offset_limit_8(stepping, place + width - 1)
            if try step(pattern, subject, length, place, options, stepping) { return true }
            place += width
            while place < length, subject[place] & 0xc0 == 0x80 { place += 1 }
            try checkDeadline()
        }
        try countPositions(width)
        return try step(pattern, subject, length, place, options, state.pointee.whole)
    }

    @inline(__always)
    private func step(
        _ pattern: Pattern, _ subject: UnsafeRawBufferPointer, _ length: Int, _ from: Int, _ options: UInt32,
        _ context: OpaquePointer?
    ) throws(MatchFailure) -> Bool {
        guard pattern.isCompiled, let base = subject.baseAddress else {
            return try interpretedStep(pattern, subject, length, from, options, context)
        }
        let result = pcre2_jit_match_8(
            pattern.code, base.assumingMemoryBound(to: UInt8.self), length, from, options, state.pointee.data, context)
        if result >= 0 { return true }
        if result == PCRE2_ERROR_NOMATCH { return false }
        if result == PCRE2_ERROR_JIT_STACKLIMIT {
            return try interpretedStep(pattern, subject, length, from, options, context)
        }
        throw Self.failure(result)
    }

    /// One step without machine code: what `pcre2_match` does when it is told so, or when there is none.
    private func interpretedStep(
        _ pattern: Pattern, _ subject: UnsafeRawBufferPointer, _ length: Int, _ from: Int, _ options: UInt32,
        _ context: OpaquePointer?
    ) throws(MatchFailure) -> Bool {
        let options = options | UInt32(PCRE2_NO_UTF_CHECK) | UInt32(PCRE2_NO_JIT)
        let data = state.pointee.data
        let result = withUnsafePointer(to: UInt8(0)) { empty in
            pcre2_match_8(
                pattern.code, subject.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? empty, length, from,
                options, data, context)
        }
        if result >= 0 { return true }
        if result == PCRE2_ERROR_NOMATCH { return false }
        throw Self.failure(result)
    }

    private static func failure(_ result: Int32) -> MatchFailure {
        switch result {
        case PCRE2_ERROR_MATCHLIMIT: .matchLimit
        case PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_JIT_STACKLIMIT, PCRE2_ERROR_NOMEMORY, PCRE2_ERROR_DEPTHLIMIT:
            .memoryLimit
        default: .other(result)
        }
    }

    @inline(__always)
    private func countPositions(_ count: Int) throws(MatchFailure) {
        guard state.pointee.positionsLeft >= count else { throw .stepLimit }
        state.pointee.positionsLeft -= count
    }

    private func checkDeadline() throws(MatchFailure) {
        let now = nanoseconds()
        guard state.pointee.hasStart else {
            state.pointee.hasStart = true
            state.pointee.start = now
            return
        }
        if now &- state.pointee.start > limits.deadlineNanoseconds { throw .deadline }
    }

    private func prepare(groups: UInt32) {
        if state.pointee.whole == nil { makeContexts() }
        pcre2_match_data_free_8(state.pointee.data)
        state.pointee.capacity = max(groups, 8)
        state.pointee.data = pcre2_match_data_create_8(state.pointee.capacity, nil)
    }

    private func makeContexts() {
        let stack = pcre2_jit_stack_create_8(32 * 1024, 1024 * 1024, nil)
        func context() -> OpaquePointer? {
            let context = pcre2_match_context_create_8(nil)
            pcre2_set_match_limit_8(context, limits.matchLimit)
            pcre2_set_heap_limit_8(context, limits.heapKiB)
            if let stack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
            return context
        }
        state.pointee.stack = stack
        state.pointee.whole = context()
        state.pointee.stepping = context()
    }

    /// Where a group of the last match is, in bytes of the subject; nil for a group that took no part.
    ///
    /// - Parameter group: 0 for the whole match.
    public func range(of group: Int) -> Range<Int>? {
        guard let data = state.pointee.data, group < Int(pcre2_get_ovector_count_8(data)),
            let places = pcre2_get_ovector_pointer_8(data)
        else { return nil }
        let start = places[2 * group]
        let end = places[2 * group + 1]
        guard start != Self.unset, end >= start else { return nil }
        return start..<end
    }
}
