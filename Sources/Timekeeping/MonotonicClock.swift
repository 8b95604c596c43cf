#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A clock that only measures how long something takes: it never goes back, and says no time of day.
public enum MonotonicClock {
    /// Nanoseconds since a moment that stays the same while the machine runs; about 20 ns a call.
    public static func nanoseconds() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
    }
}
