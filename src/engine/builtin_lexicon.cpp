// What common property names mean. Tables only; how they are used is read_property's business.
#include <array>

#include "engine/builtin_property.hpp"

namespace cogos::engine::builtin {
namespace {

struct Entry {
  std::string_view keys;  // between commas, with one at each end
  std::string_view words;
};

struct TopicEntry {
  std::string_view keys;
  Topic topic;
};

bool has(std::string_view keys, std::string_view word) {
  return keys.find("," + std::string(word) + ",") != std::string_view::npos;
}

constexpr std::array kTopics = {
    TopicEntry{
        ",price,cost,revenue,sales,salary,wage,income,profit,amount,fee,budget,total,subtotal,tax,discount,"
        "rent,deposit,"
        "payment,balance,turnover,earnings,expense,expenses,loss,valuation,funding,investment,compensation,"
        "premium,"
        "refund,debt,fare,charge,spend,ebitda,mrr,arr,donation,bid,fine,paid,due_amount,value_usd,worth,",
        Topic::money},
    TopicEntry{",percent,percentage,pct,rate,growth,margin,share,humidity,probability,discount_rate,yield,"
               "increase,change,",
               Topic::percent},
    TopicEntry{",year,founded,established,vintage,", Topic::year},
    TopicEntry{",date,day,deadline,dob,birthday,birthdate,due,expiry,expires,expiration,issued,until,",
               Topic::date},
    TopicEntry{",time,clock,", Topic::time},
    TopicEntry{",datetime,timestamp,at,", Topic::date_time},
    TopicEntry{
        ",count,quantity,qty,employees,headcount,attendees,guests,bedrooms,bathrooms,rooms,pages,servings,"
        "passengers,"
        "participants,goals,points,population,units,seats,votes,downloads,users,customers,stock,floors,"
        "openings,vacancies,staff,members,students,",
        Topic::count},
    TopicEntry{",age,", Topic::age},
    TopicEntry{",temperature,temp,high,low,", Topic::temperature},
    TopicEntry{",duration,length_minutes,runtime,experience,term,notice,warranty,", Topic::duration},
    TopicEntry{",distance,height,width,depth,length,altitude,elevation,", Topic::length},
    TopicEntry{",weight,mass,", Topic::mass},
    TopicEntry{",rating,score,stars,grade,", Topic::rating},
    TopicEntry{",person,author,ceo,cfo,cto,patient,doctor,physician,customer,client,applicant,candidate,"
               "contact,manager,"
               "speaker,organizer,organiser,assignee,reporter,director,founder,employee,recipient,sender,"
               "buyer,seller,tenant,"
               "owner,chef,actor,artist,student,teacher,instructor,landlord,lawyer,judge,guest,host,"
               "firstname,lastname,"
               "surname,fullname,username,player,driver,attendee,participant,member,chair,chairperson,"
               "presenter,interviewer,"
               "passenger,nurse,therapist,agent,supervisor,caller,signer,lessee,lessor,captain,coach,scorer,"
               "winner_name,",
               Topic::person},
    TopicEntry{",company,employer,organization,organisation,vendor,supplier,airline,bank,university,school,"
               "team,manufacturer,"
               "brand,publisher,firm,institution,hospital,clinic,business,issuer,merchant,provider,insurer,"
               "carrier,college,"
               "startup,corporation,restaurant,store,shop,opponent,winner,loser,retailer,party,",
               Topic::organisation},
    TopicEntry{",city,country,state,location,place,origin,destination,venue,airport,hotel,town,region,"
               "departure,arrival,"
               "nationality,birthplace,headquarters,province,county,neighborhood,from,to,",
               Topic::place},
    TopicEntry{",email,mail,", Topic::email},
    TopicEntry{",url,uri,website,link,homepage,site,webpage,", Topic::url},
    TopicEntry{",phone,telephone,mobile,tel,fax,cell,", Topic::phone},
    TopicEntry{",id,identifier,code,sku,reference,ref,number,no,iban,isbn,tracking,zip,zipcode,postcode,"
               "postal,serial,model,gate,"
               "version,flight,ticket,account,po,vin,seat,room,plate,registration,",
               Topic::identifier},
    TopicEntry{",role,occupation,job,profession,position,", Topic::role},
    TopicEntry{",address,street,", Topic::address},
    TopicEntry{",title,book,film,movie,song,album,headline,subject,event,course,", Topic::title},
    TopicEntry{",currency,", Topic::currency},
    TopicEntry{",summary,description,reason,notes,note,comment,comments,issue,complaint,problem,details,"
               "abstract,message,"
               "question,quote,feedback,explanation,remarks,sentence,",
               Topic::summary},
};

constexpr std::array kSynonyms = {
    Entry{",revenue,revenues,sales,turnover,", "revenue,sales,turnover,made,earned,generated,brought,pulled"},
    Entry{",price,cost,fee,fare,", "price,cost,priced,fee,fare,selling,sells,sold,pay,paid,charge,$"},
    Entry{",total,", "total,sum,altogether,overall,due,amount"},
    Entry{",amount,", "amount,sum,total,worth,pay"},
    Entry{",salary,wage,compensation,", "salary,pay,compensation,wage,earns,annum"},
    Entry{",income,profit,earnings,", "income,profit,earnings,earned"},
    Entry{",employees,headcount,staff,employee,",
          "employees,headcount,staff,workers,people,workforce,employs"},
    Entry{",phone,telephone,mobile,tel,cell,", "phone,telephone,mobile,tel,call,cell"},
    Entry{",email,mail,", "email,mail,e-mail,reach,write"},
    Entry{",company,organization,organisation,employer,firm,business,corporation,",
          "company,firm,organization,employer,corporation,business"},
    Entry{",vendor,supplier,seller,merchant,", "vendor,supplier,seller,merchant,from,sold"},
    Entry{",customer,client,buyer,", "customer,client,buyer,bill"},
    Entry{",author,writer,", "author,written,writer,wrote"},
    Entry{",doctor,physician,", "doctor,dr,physician,prof"},
    Entry{",patient,", "patient"},
    Entry{",ceo,", "ceo,chief"},
    Entry{",founder,founders,", "founder,founded"},
    Entry{",founded,established,", "founded,established,since,founding,started"},
    Entry{",origin,departure,", "origin,departure,departs,departing,leaving,leaves"},
    Entry{",destination,arrival,", "destination,arrival,arrives,arriving,bound,lands"},
    Entry{",location,venue,place,", "location,located,venue,place,based,held"},
    Entry{",date,day,", "date,day,on,dated"},
    Entry{",deadline,due,", "deadline,due,by,before"},
    Entry{",start,begin,", "start,begins,from,starting,starts"},
    Entry{",end,finish,", "end,ends,until,ending,finish"},
    Entry{",birth,dob,birthday,birthdate,", "birth,born,dob,birthday"},
    Entry{",quantity,qty,count,", "quantity,qty,count,number,units,x,pieces"},
    Entry{",age,", "age,aged,old"},
    Entry{",temperature,temp,", "temperature,temp,degrees,high"},
    Entry{",humidity,", "humidity,humid"},
    Entry{",wind,", "wind,winds,gusts"},
    Entry{",bedrooms,bedroom,", "bedroom,bed,br,bd"},
    Entry{",bathrooms,bathroom,", "bathroom,bath,ba"},
    Entry{",servings,", "serves,servings,portions,yields,people"},
    Entry{",rating,stars,score,", "rating,rated,stars,score,scored,rate"},
    Entry{",attendees,participants,", "attendees,participants,attended,present,guests,attending"},
    Entry{",ingredients,", "ingredients,need"},
    Entry{",skills,", "skills,proficient,experienced,knows,stack,experience,technologies"},
    Entry{",tags,keywords,", "tags,keywords,tagged,topics"},
    Entry{",items,products,", "items,products,order,ordered"},
    Entry{",steps,instructions,", "steps,instructions,directions,method"},
    Entry{",diagnosis,condition,disease,", "diagnosis,diagnosed,condition,suffering"},
    Entry{",growth,increase,", "growth,grew,grow,up,increase,increased,rose,rising,gain"},
    Entry{",decrease,decline,", "decrease,down,fell,dropped,decline"},
    Entry{",role,position,occupation,job,title,", "role,position,job,occupation,title,works"},
    Entry{",experience,", "experience"},
    Entry{",duration,length,runtime,", "duration,lasts,lasted,long,takes,last,runtime,length"},
    Entry{",distance,", "distance,far,away,ran,run,walked,drove,long"},
    Entry{",weight,mass,", "weight,weighs,weighing,mass,heavy"},
    Entry{",height,", "height,tall,high"},
    Entry{",width,", "width,wide"},
    Entry{",color,colour,", "color,colour,finish"},
    Entry{",rent,", "rent,month,monthly"},
    Entry{",deposit,", "deposit,security"},
    Entry{",tax,vat,", "tax,vat,gst"},
    Entry{",winner,", "winner,won,beat,defeated,win"},
    Entry{",loser,", "lost,loser,beat,defeated"},
    Entry{",hobbies,interests,", "hobbies,interests,enjoys,likes,loves"},
    Entry{",languages,language,", "languages,language,speaks,fluent,spoken"},
    Entry{",airline,carrier,", "airline,carrier,airlines,airways"},
    Entry{",nationality,country,", "country,nationality,from"},
    Entry{",party,size,", "party,people,guests,group"},
    Entry{",sender,", "sender,from"},
    Entry{",recipient,", "recipient,to"},
    Entry{",occupancy,guests,", "guests,people,occupancy"},
    Entry{",id,identifier,number,no,", "id,identifier,number,no,#,reference,ref"},
    Entry{",address,", "address,lives,located,ship,resides"},
    Entry{",website,url,link,homepage,", "website,url,link,homepage,visit,site"},
};

constexpr std::array kCues = {
    Entry{",origin,departure,from,sender,", "|from|leaving|departing|departs|leaves|"},
    Entry{",destination,arrival,to,recipient,", "|to|for|into|reach|arriving|"},
    Entry{",city,location,venue,place,country,town,region,headquarters,state,birthplace,",
          "|in|at|near|from|"},
    Entry{",restaurant,store,shop,company,employer,university,school,hospital,clinic,organization,"
          "organisation,",
          "|at|with|by|joined|for|"},
    Entry{",author,artist,director,speaker,presenter,chef,organizer,reporter,", "|by|with|from|"},
    Entry{",doctor,physician,patient,therapist,contact,", "|with|for|see|dr|contact|"},
    Entry{",vendor,supplier,seller,merchant,store,", "|from|by|at|"},
    Entry{",customer,client,buyer,", "|to|for|from|"},
    Entry{",due,deadline,", "|by|due|before|"},
    Entry{",start,begin,", "|from|starts|starting|begins|on|at|"},
    Entry{",end,finish,checkout,", "|to|until|through|till|ends|"},
    Entry{",role,position,job,occupation,", "|as|a|an|"},
    Entry{",assignee,owner,", "|to|by|"},
    Entry{",loser,", "|beat|defeated|beating|over|defeating|"},
};

constexpr std::array kEvidence = {
    Entry{",positive,",
          "great,love,loved,excellent,good,amazing,happy,fantastic,wonderful,perfect,recommend,best,awesome,"
          "pleased,"
          "delighted,enjoyed,outstanding,superb,impressed,satisfied,helpful,friendly,delicious,thrilled,"
          "beautiful"},
    Entry{",negative,",
          "terrible,bad,awful,hate,hated,worst,poor,disappointed,disappointing,broken,horrible,unhappy,"
          "useless,slow,"
          "rude,refund,frustrated,frustrating,angry,waste,defective,unacceptable,failed,annoyed,cold,"
          "mediocre,damaged"},
    Entry{",high,urgent,critical,",
          "urgent,urgently,asap,immediately,critical,emergency,severe,outage,blocking,blocked"},
    Entry{",low,", "minor,whenever,cosmetic,trivial"},
    Entry{",billing,payment,", "charged,charge,invoice,refund,billing,payment,bill,subscription,card"},
    Entry{",technical,bug,",
          "error,crash,crashes,crashed,bug,broken,install,fails,freezes,technical,software"},
    Entry{",account,", "account,password,login,locked,username,sign"},
    Entry{",shipping,delivery,", "delivery,shipping,package,shipped,parcel,courier,delivered"},
    Entry{",sunny,clear,", "sunny,sunshine,clear,sun"},
    Entry{",rainy,rain,", "rain,rainy,showers,drizzle"},
    Entry{",snowy,snow,", "snow,snowy,snowfall"},
    Entry{",cloudy,", "cloudy,overcast,clouds"},
    Entry{",urgent,is_urgent,", "urgent,asap,immediately,emergency"},
    Entry{",remote,", "remote,remotely,home"},
    Entry{",employed,", "employed,works,job"},
    Entry{",recommend,recommended,", "recommend"},
    Entry{",yes,true,", "yes,true,agreed,definitely,confirmed"},
    Entry{",no,false,", "no,false,declined,refused"},
    Entry{",usd,", "$,dollars,usd"},
    Entry{",eur,", "€,euros,euro,eur"},
    Entry{",gbp,", "£,sterling,gbp"},
    Entry{",celsius,", "c,celsius"},
    Entry{",fahrenheit,", "f,fahrenheit"},
};

constexpr std::array kOpposites = {
    Entry{",remote,", "onsite,office"},
    Entry{",approved,accepted,", "rejected,denied,declined,refused"},
    Entry{",passed,pass,", "failed,fails"},
    Entry{",open,", "closed,shut"},
    Entry{",active,enabled,", "inactive,disabled,suspended,cancelled"},
    Entry{",available,stock,", "unavailable,sold,out"},
    Entry{",paid,", "unpaid,outstanding,overdue"},
    Entry{",new,", "used,refurbished"},
    Entry{",employed,", "unemployed,jobless"},
    Entry{",married,", "single,divorced,widowed"},
    Entry{",success,successful,successfully,", "failed,failure,unsuccessful"},
    Entry{",refundable,", "nonrefundable"},
    Entry{",profitable,", "unprofitable,loss"},
    Entry{",insured,", "uninsured"},
    Entry{",confirmed,", "unconfirmed,tentative,cancelled"},
    Entry{",furnished,", "unfurnished"},
    Entry{",resolved,", "unresolved,pending"},
};

template <std::size_t N>
std::string_view find(const std::array<Entry, N>& table, std::string_view word) {
  for (const auto& entry : table) {
    if (has(entry.keys, word)) return entry.words;
  }
  return {};
}

}  // namespace

std::optional<Topic> topic_of(std::string_view word) {
  for (const auto& entry : kTopics) {
    if (has(entry.keys, word)) return entry.topic;
  }
  return std::nullopt;
}

std::string_view synonyms_of(std::string_view word) {
  return find(kSynonyms, word);
}
std::string_view cue_of(std::string_view word) {
  return find(kCues, word);
}
std::string_view evidence_of(std::string_view word) {
  return find(kEvidence, word);
}
std::string_view opposite_of(std::string_view word) {
  return find(kOpposites, word);
}

bool is_broad(std::string_view word) {
  return has(
      ",restaurant,store,price,cost,amount,value,total,fee,year,date,day,time,percent,percentage,age,"
      "temperature,duration,"
      "distance,"
      "weight,name,company,organization,organisation,person,author,city,location,place,email,phone,url,"
      "website,"
      "link,address,number,id,code,title,item,product,customer,client,text,answer,result,content,employer,"
      "quantity,rating,currency,summary,description,timestamp,datetime,patient,doctor,destination,origin,qty,"
      "issue,"
      "full,first,last,event,candidate,applicant,contact,business,fiscal,when,team,role,occupation,country,"
      "telephone,",
      word);
}

}  // namespace cogos::engine::builtin
