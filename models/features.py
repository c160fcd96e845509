"""Features: numbers about (listener, item, moment), near 0 to 1, that the ranker weighs."""
from __future__ import annotations
from enum import IntEnum, unique
from typing import Final, NamedTuple
import numpy as np
import numpy.typing as npt
from models.compiled import compiled
from models.moment import Moment
from models.sources.artists import Artists
from models.sources.habits import Habits
from models.sources.scan import Plays
from models.sources.sessions import Sessions
from models.sources.successors import CommonSuccessors, Successors

@unique
class Feature(IntEnum):
    FIRST_ORDER=0
    SECOND_ORDER=1
    THIRD_ORDER=2
    LONGEST_MATCH=3
    RULES=4
    EVERYONE_AFTER_LAST=5
    EVERYONE_AFTER_CONTEXT=6
    SESSIONS_NEAR=7
    SESSIONS_BAG=8
    ARTIST_FOLLOWS=9
    ARTIST_RULES=10
    SAME_ARTIST=11
    ARTIST_LATELY=12
    ARTIST_LASTING=13
    ARTIST_AGE=14
    ARTIST_IN_SESSION=15
    PLAYED_HOURS=16
    PLAYED_DAYS=17
    PLAYED_MONTH=18
    PLAYED_YEARS=19
    AGE=20
    PLAYS_SINCE=21
    UNHEARD=22
    IN_SESSION=23
    SKIP_SHARE=24
    LAST_SKIPPED=25
    RETURN=26
    SESSIONS=27
    OLDEST=28
    PLAYS=29
    JUST_PLAYED=30
    POPULARITY=31
    TASTE_SESSION=32
    TASTE_WEEKS=33
    TASTE_YEARS=34
    SESSION_LENGTH=35
    MOMENT_SKIPPED=36
    MOMENT_GOOD=37
    MOMENT_FAMILIAR=38
    MOMENT_REPEATED=39
    MOMENT_SAME_ARTIST=40
    MOMENT_AS_BEFORE=41
    TRUST_FIRST=42
    TRUST_SECOND=43
    TRUST_THIRD=44
    RING=45
FEATURES=len(Feature)
Float32s=npt.NDArray[np.float32]

class Evidence(NamedTuple):
    plays: Plays
    moment: Moment
    habits: Habits
    successors: Successors
    common: CommonSuccessors
    sessions: Sessions
    artists: Artists
    popularity: Float32s

@compiled
def log2_1p(x: float) -> float:
    """log2(1 + x) for x >= 0 within 2e-4, exact at powers of two, never falling: quartic in the mantissa."""
    bits = np.float32(1.0 + x).view(np.int32)
    rest = np.float32(bits & 0x7FFFFF) * np.float32(2.0**-23)
    return np.float32((bits >> 23) - 127) + rest + rest * (np.float32(1.0) - rest) * (np.float32(0.43807325) + rest * (np.float32(-0.23669342) + rest * np.float32(0.0803073)))
@compiled
def _probability(p: float) -> float:
    return log2_1p(np.float32(1000.0) * p) * np.float32(0.10033) if p > 0 else np.float32(0.0)
@compiled
def _count(x: float) -> float:
    return log2_1p(x) * np.float32(0.17329)
@compiled
def _age(seconds: float) -> float:
    return log2_1p(seconds * np.float32(1/60)) * np.float32(0.05)

@compiled
def fill(rows, e):
    plays=e.plays; suc=e.successors; com=e.common; ses=e.sessions; art=e.artists; hab=e.habits; mo=e.moment
    n=len(plays.number); m=len(hab.plays)
    last=plays.number[n-1] if n else -1
    LA=plays.artist_of[last] if n else -1
    lnk=log2_1p(m)
    for i in range(len(rows)):
        z=rows[i]
        z[Feature.FIRST_ORDER]=suc.first[i]*suc.confidence[0]
        z[Feature.SECOND_ORDER]=suc.second[i]*suc.confidence[1]
        z[Feature.THIRD_ORDER]=suc.third[i]*suc.confidence[2]
        z[Feature.LONGEST_MATCH]=log2_1p(suc.longest[i])*0.27
        z[Feature.RULES]=_probability(suc.rules[i])
        z[Feature.EVERYONE_AFTER_LAST]=_probability(com.after_last[i])
        z[Feature.EVERYONE_AFTER_CONTEXT]=_probability(com.after_context[i])
        z[Feature.SESSIONS_NEAR]=_probability(ses.near[i])
        z[Feature.SESSIONS_BAG]=_probability(ses.bag[i])
        a=plays.artist_of[i]
        if a>=0 and a<len(art.following):
            z[9]=_probability(art.following[a]); z[10]=_probability(art.rules[a]); z[11]=1.0 if a==LA else 0.0
            z[12]=_count(art.decayed[a,0]); z[13]=_count(art.decayed[a,1]); z[14]=_age(art.newest_age[a]); z[15]=min(10.0,art.in_session[a])*0.1
        else:
            for k in range(9,16): z[k]=0
            z[14]=1.2
        if i<m:
            for h in range(4): z[16+h]=_count(hab.decayed[i,h])
            z[20]=_age(hab.newest_age[i]); z[21]=log2_1p(1+hab.plays_since[i])*0.0588; z[22]=0
            z[23]=min(3.0,hab.in_session[i])/3; z[24]=(hab.skips[i]+0.5)/(hab.skips[i]+hab.plays[i]+1.5); z[25]=hab.last_skipped[i]
            z[26]=log2_1p((hab.newest_age[i]+60)*(hab.sessions[i]-1)/(hab.oldest_age[i]-hab.newest_age[i]+1800))*0.15 if hab.sessions[i]>1 else 0
            z[27]=log2_1p(hab.sessions[i])*0.1386; z[28]=_age(hab.oldest_age[i]); z[29]=log2_1p(hab.plays[i])*0.1386
            z[Feature.RING]=0.1*(lnk-log2_1p(hab.plays_since[i]+1))
        else:
            for k in range(16,30): z[k]=0
            z[20]=1; z[21]=1; z[22]=1; z[24]=0.3333; z[28]=1; z[Feature.RING]=-1
        z[30]=1.0 if i==last else 0.0
        z[31]=_count(e.popularity[i])
        z[32]=0;z[33]=0;z[34]=0
        z[35]=log2_1p(mo.session_plays)*0.125; z[36]=mo.last_skipped; z[37]=mo.good; z[38]=mo.familiar; z[39]=mo.repeated; z[40]=mo.same_artist; z[41]=mo.as_before
        z[42]=suc.confidence[0];z[43]=suc.confidence[1];z[44]=suc.confidence[2]

def proposed_by(rows):
    """PROVISIONAL."""
    return [("successors",) if r[0] > 0 else ("habits",) for r in rows]
