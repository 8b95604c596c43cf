import Directory
import FieldStorage
import Reporting
import Timekeeping

/// One reading of the activities for all sides of a backtest, with bounded memory.
///
/// Windows close ``WindowClosing/usual`` behind the latest activity. When one turns out to be older than that, the
/// pass only measures from then on, and the caller begins anew with a pass of the disorder that was seen.
final class BacktestPass {
    let sides: [BacktestSide]
    /// Activities of the range that were judged.
    private(set) var count = 0
    private let range: BacktestRange
    private let disorder: TimeSpan
    private var progress: ActivityProgress

    /// - Parameters:
    ///   - moment: Now; what is dated later makes no windows close.
    ///   - disorder: How much older than what came before it an activity may be.
    init(_ sides: [BacktestSide], range: BacktestRange, now moment: Timestamp, disorder: TimeSpan) {
        self.sides = sides
        progress = ActivityProgress(horizon: moment + AuditPass.futureLimit)
        self.range = range
        self.disorder = disorder
    }

    /// Whether an activity came so late that a window may have been closed without it.
    var mustRepeat: Bool { seenDisorder > disorder && sides.contains(where: \.hasOrderedRules) }

    var seenDisorder: TimeSpan { progress.seenDisorder }
    /// Whether activities of two feeds came.
    var sawTwoFeeds: Bool { sides.contains(where: \.sawTwoFeeds) }

    /// Judges activities in any order; what is later than the range is passed over.
    ///
    /// - Parameter batch: May be used again afterwards.
    func take(_ batch: ActivityBatch) {
        let wanted = batch.keeping(upTo: range.to)
        guard wanted.count > 0 else { return }
        progress.take(wanted)
        guard !mustRepeat else { return }
        count += wanted.count(from: range.from)
        for side in sides { side.process(wanted) }
        guard disorder != WindowClosing.atEnd, progress.latest > .earliest else { return }
        for side in sides { side.advance(to: progress.latest - disorder) }
    }
}

extension ActivityBatch {
    fileprivate func time(of row: Int) -> Timestamp {
        let slot = self[row, .time]
        return slot.tag == .timestamp ? Timestamp(seconds: slot.intValue, nanoseconds: slot.count) : .earliest
    }

    /// How many activities are at or after a moment.
    fileprivate func count(from moment: Timestamp) -> Int {
        if moment == .earliest { return count }
        return (0..<count).reduce(0) { $0 + (time(of: $1) >= moment ? 1 : 0) }
    }

    /// The activities at or before a moment: the batch itself where that is all of them.
    fileprivate func keeping(upTo moment: Timestamp) -> ActivityBatch {
        let rows = (0..<count).filter { time(of: $0) <= moment }
        guard rows.count < count else { return self }
        let kept = ActivityBatch(capacity: max(1, rows.count))
        kept.retain(self)
        for row in rows {
            let new = kept.append()
            for field in ActivityField.allCases { kept[new, field] = self[row, field] }
        }
        return kept
    }
}
