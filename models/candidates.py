"""Candidate generation."""
from __future__ import annotations
from dataclasses import dataclass
import numpy as np
import numpy.typing as npt
from models.catalogue import Catalogue
from models.compiled import compiled
from models.history import History
from models.features import FEATURES, Evidence, Feature, fill
from models.moment import read_moment
from models.sources.scan import scan_plays, give_number, number_artists, Plays
from models.sources.habits import recall_habits
from models.sources.successors import recall_successors, recall_common_successors
from models.sources.sessions import recall_sessions
from models.sources.artists import recall_artists
from models.sources.popular import recent_plays

@dataclass(frozen=True, slots=True)
class Candidates:
    positions: npt.NDArray[np.int32]
    features: npt.NDArray[np.float32]
    because: npt.NDArray[np.int32]
    def take(self, rows):
        return Candidates(self.positions[rows], self.features[rows], self.because[rows])

@compiled
def gather(plays, rows, shares, artists, artist_top, top, keys, artist_at):
    buf=np.empty(4096,np.int32); n=0
    for back in range(1,plays.context+1):
        item=plays.items.value[plays.number[len(plays.number)-back]]
        for s in range(rows.shape[1]):
            if shares[item,s]>0: buf[n]=rows[item,s]; n+=1
    for a in range(len(artists.following)):
        if artists.rules[a]>0.05 or artists.following[a]>0.05 or (len(plays.number) and a==plays.artist_of[plays.number[-1]]):
            for s in range(artist_top.shape[1]):
                i=artist_top[plays.artists.value[a],s]
                if i>=0 and n<4000: buf[n]=i; n+=1
    for s in range(len(top)):
        if top[s]>=0: buf[n]=top[s]; n+=1
    buf=buf[:n]
    ks=np.empty(n,np.int64)
    for k in range(n): ks[k]=keys[buf[k]]
    o=np.argsort(ks)
    first=plays.items.count[0]
    for k in o:
        if plays.items.count[0]<len(plays.items.value): give_number(plays.items,buf[k])
    number_artists(plays.items,plays.artists,plays.artist_of,artist_at,first)

@compiled
def cosines(items, vectors, tastes):
    out=np.zeros((len(items),3),np.float32)
    for i in range(len(items)):
        for h in range(3):
            s=np.float32(0)
            for d in range(vectors.shape[1]): s+=np.float32(vectors[items[i],d])*tastes[h,d]
            out[i,h]=s
    return out

def generate_candidates(history, *, tastes, catalogue, now_seconds):
    plays=scan_plays(history,catalogue)
    hab=recall_habits(plays,now_seconds=now_seconds)
    art=recall_artists(plays,now_seconds)
    gather(plays,catalogue.successors,catalogue.shares,art,catalogue.artist_top,catalogue.top,catalogue.keys,catalogue.artist)
    room=int(plays.items.count[0])
    items=plays.items.value[:room]
    suc=recall_successors(plays,room)
    com=recall_common_successors(plays,plays.items,catalogue.successors,catalogue.shares,room)
    ses=recall_sessions(plays,room,now_seconds)
    pop=recent_plays(items,catalogue.popularity,now_seconds)
    ev=Evidence(plays,read_moment(plays),hab,suc,com,ses,art,pop)
    out=np.empty((room,FEATURES),np.float32)
    fill(out,ev)
    sc=out@RETRIEVAL
    ok=catalogue.listed[items]
    sc=np.where(ok,sc,-np.inf)
    if room>BEST: rows=np.sort(np.argpartition(-sc,BEST-1)[:BEST])
    else: rows=np.flatnonzero(ok)
    out=out[rows]; items=items[rows]
    if tastes.any():
        out[:,Feature.TASTE_SESSION:Feature.TASTE_YEARS+1]=catalogue.vectors[items].astype(np.float32)@tastes.T
    because=np.where(suc.because>=0,suc.because,np.where(ses.because>=0,ses.because,com.because))[rows]
    because=np.where(because>=0,plays.items.value[because],-1).astype(np.int32)
    return Candidates(items,out,because)
BEST=300
RETRIEVAL=np.zeros(FEATURES,np.float32)
for k,v in dict(FIRST_ORDER=1,SECOND_ORDER=1.4,THIRD_ORDER=1.5,LONGEST_MATCH=.6,RULES=.5,EVERYONE_AFTER_CONTEXT=1.5,SESSIONS_NEAR=.5,SESSIONS_BAG=1.8,ARTIST_RULES=1.5,SAME_ARTIST=.6,PLAYED_HOURS=-.5,PLAYED_DAYS=1,PLAYED_MONTH=.7,PLAYED_YEARS=.6,AGE=-.5,ARTIST_AGE=-1.,IN_SESSION=-1.5,LAST_SKIPPED=-.3,RETURN=1.,POPULARITY=.3,UNHEARD=-.5).items(): RETRIEVAL[Feature[k]]=v
