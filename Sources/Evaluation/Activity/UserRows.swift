import CEL
import Directory
import FieldStorage
import Timekeeping

/// Who `target` and `actor` are as of a moment.
protocol UserRows {
    /// Fills a row with the user as of just before `moment`.
    ///
    /// - Parameter wanted: Slots of the user's type.
    /// - Returns: false when no such user is known then.
    func fill(_ row: RowBuffer, id: Int64, at moment: Timestamp, wanted: [Int]) -> Bool
    /// Who said who the super users are as of just before `moment`; nil when nobody did.
    func superUsersBy(at moment: Timestamp) -> String?
}

extension UserRows {
    func superUsersBy(at moment: Timestamp) -> String? { nil }
}

/// The users of a directory through time.
struct TimelineUsers: UserRows {
    let timeline: DirectoryTimeline

    func fill(_ row: RowBuffer, id: Int64, at moment: Timestamp, wanted: [Int]) -> Bool {
        let reading = timeline.reading(at: moment)
        guard let user = reading.user(id: id) else { return false }
        UserFields.all.fill(row, with: user, reading, wanted: wanted)
        return true
    }
    func superUsersBy(at moment: Timestamp) -> String? { timeline.superUsersBy(at: moment) }
}
