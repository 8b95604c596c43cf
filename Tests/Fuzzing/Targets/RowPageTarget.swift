import Directory
import HTTPTransport
import Timekeeping

@testable import OneLogin

extension FuzzTarget {
    /// The body of an answer of the API: pages of either paging style, rows of every collection, errors and tokens.
    static let rowPage = FuzzTarget(name: "row-page") { bytes in
        let answer = HTTPResponse(
            status: 200, headers: ["Content-Type": "application/json", "Total-Count": "3"], body: Array(bytes))
        _ = ErrorBody(answer).message
        _ = AccessToken(answer, now: .earliest)
        var pages: [RowPage] = []
        if let page = try? RowPage(array: answer, page: 1) { pages.append(page) }
        for list in [nil, "users", "otp_devices"] {
            if let page = try? RowPage(envelope: answer, list: list) { pages.append(page) }
        }
        for page in pages {
            if let fault = fault(of: page) { return fault }
        }
        return nil
    }

    /// Every row is a record or is named with a reason, whatever collection it is taken for.
    private static func fault(of page: RowPage) -> String? {
        func isBounded(_ unknown: UnknownFieldCounts) -> Bool {
            unknown.counts.count <= UnknownFieldCounts.nameLimit + 1
                && unknown.counts.keys.allSatisfy { $0.utf8.count <= UnknownFieldCounts.textLimit }
        }
        func check<Record>(_ read: (JSONMembers) throws(UnreadableRecord) -> Record) -> String? {
            let (records, unreadable, unknown) = page.records(place: "fuzz", WireMembers.group, read)
            guard isBounded(unknown) else { return "more is counted of unknown members than may be" }
            guard records.count + unreadable.count == page.rows.count else { return "a row is gone" }
            return unreadable.contains { $0.reason.isEmpty } ? "a row without a reason" : nil
        }
        let (batch, unreadable, unknown) = page.activities(place: "fuzz", decoder: WireActivityDecoder())
        guard isBounded(unknown) else { return "more is counted of unknown members of events than may be" }
        guard batch.count + unreadable.count == page.rows.count else { return "an event is gone" }
        return check(WireEntities.user) ?? check(WireEntities.group) ?? check(WireEntities.role)
            ?? check(WireEntities.app) ?? check(WireEntities.privilege) ?? check(WireEntities.mapping)
            ?? check { row throws(UnreadableRecord) in try WireEntities.device(row, userID: 1) }
    }
}
