import Directory
import Foundation
import Synchronization
import Timekeeping

/// One line on a terminal that says how far a copy is; nothing where standard error is no terminal.
final class ProgressLine: Sendable {
    /// Between two looks of the line.
    private static let interval = TimeSpan.milliseconds(200)

    private let isOn: Bool
    private let clock: any WallClock
    private let shown = Mutex<Timestamp?>(nil)

    init(isOn: Bool = isatty(STDERR_FILENO) == 1, clock: any WallClock = SystemClock()) {
        self.isOn = isOn
        self.clock = clock
    }

    /// Shows how far the copy of a connection is, at most five times a second.
    func show(_ connection: String, _ progress: SyncProgress) {
        guard isOn else { return }
        let now = clock.now()
        let isDue = shown.withLock { last in
            if let last, now - last < Self.interval { return false }
            last = now
            return true
        }
        guard isDue else { return }
        Terminal.writeErrorRaw("\r\u{1B}[K\(connection)  \(Self.bar(progress))\(Self.text(progress, at: now))")
    }

    /// Takes the line away, so that what comes next begins at the margin.
    func clear() {
        guard isOn, shown.withLock({ $0 != nil }) else { return }
        Terminal.writeErrorRaw("\r\u{1B}[K")
    }

    /// `[████····] `, empty while nothing is known of the whole.
    static func bar(_ progress: SyncProgress, width: Int = 24) -> String {
        guard let share = progress.share else { return "" }
        let full = Int((share * Double(width)).rounded())
        return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: width - full) + "] "
    }

    /// `users 1200 of 5000, 24%, about 3m left`.
    static func text(_ progress: SyncProgress, at now: Timestamp) -> String {
        var text = progress.stage
        if progress.stage == "activities" {
            return text + " \(progress.activities)"
        }
        text += " \(progress.records)"
        if let total = progress.total { text += " of \(total)" }
        if let share = progress.share { text += ", \(Int(share * 100))%" }
        if let rest = progress.estimate(at: now), rest > .zero { text += ", about \(rest.shortText) left" }
        return text
    }
}
